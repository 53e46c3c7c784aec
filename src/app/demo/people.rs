//! The people of the demonstration: names and zones of the world.

/// What became of a sample's invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Ready,
    NoLink,
    NotInvited,
    Deferred,
    Failed,
    Unknown,
    Stored,
    Cancelled,
    Completed,
}

/// One sample interview.
pub(super) struct Person {
    pub name: &'static str,
    pub email: &'static str,
    pub role: &'static str,
    /// Days from today.
    pub day: i64,
    pub time: &'static str,
    pub zone: &'static str,
    /// The candidate's zone, or empty.
    pub theirs: &'static str,
    pub duration: &'static str,
    pub round: &'static str,
    pub kind: &'static str,
    pub interviewers: &'static str,
    pub note: &'static str,
    pub fate: Fate,
}

/// Roles for samples in large numbers.
pub(super) const ROLES: [&str; 8] = [
    "Compiler Engineer",
    "Data Engineer",
    "Product Designer",
    "Site Reliability Engineer",
    "Security Engineer",
    "Research Scientist",
    "Engineering Manager",
    "Technical Writer",
];

const NOTE: &str =
    "Please bring a problem you enjoyed solving.\nA quiet room and a headset are all you need.";

macro_rules! people {
    ($(($day:literal, $time:literal, $zone:literal, $theirs:literal, $name:literal, $email:literal, $role:literal, $round:literal, $fate:ident)),* $(,)?) => {
        [$(Person {
            name: $name, email: $email, role: $role, day: $day, time: $time, zone: $zone, theirs: $theirs,
            duration: "45m", round: $round, kind: "technical", interviewers: "Alan Kay <alan@acme.example>",
            note: NOTE, fate: Fate::$fate,
        }),*]
    };
}

/// A believable week.
#[rustfmt::skip]
pub(super) const PEOPLE: [Person; 40] = people![
    (0, "15:30", "Europe/London", "", "Ada Lovelace", "ada@analytical.example", "Compiler Engineer", "final", NoLink),
    (0, "16:15", "Europe/London", "America/New_York", "Grace Hopper", "grace@navy.example", "Compiler Engineer", "second", Ready),
    (0, "17:00", "Europe/London", "Europe/Madrid", "José Ñáñez", "jose@correo.example", "Data Engineer", "first", Deferred),
    (0, "18:30", "Asia/Shanghai", "Asia/Hong_Kong", "李小龍", "bruce@dragon.example", "Product Designer", "first", Ready),
    (0, "20:00", "America/New_York", "", "Katherine Johnson", "katherine@orbit.example", "Research Scientist", "final", Ready),
    (1, "09:00", "Africa/Lagos", "", "Amara Okafor", "amara@lagos.example", "Data Engineer", "first", NoLink),
    (1, "10:30", "Europe/Copenhagen", "", "Søren Kierkegaard", "soren@either.example", "Technical Writer", "second", Failed),
    (1, "11:00", "Europe/London", "Asia/Kolkata", "Srinivasa Ramanujan", "srinivasa@madras.example", "Research Scientist", "final", Ready),
    (1, "13:00", "Europe/Warsaw", "", "Maria Skłodowska", "maria@radium.example", "Research Scientist", "second", Ready),
    (1, "14:45", "Europe/London", "America/Los_Angeles", "Radia Perlman", "radia@spanning.example", "Site Reliability Engineer", "first", Unknown),
    (1, "16:00", "Europe/London", "", "Tim Berners", "tim@web.example", "Engineering Manager", "first", NotInvited),
    (1, "17:30", "America/Sao_Paulo", "", "Clarice Lispector", "clarice@rio.example", "Technical Writer", "first", NoLink),
    (2, "09:00", "Europe/Athens", "", "Ὑπατία Ἀλεξάνδρεια", "hypatia@alexandria.example", "Research Scientist", "first", Ready),
    (2, "09:30", "Asia/Tokyo", "", "湯川 秀樹", "hideki@kyoto.example", "Research Scientist", "second", Ready),
    (2, "10:00", "Europe/Istanbul", "", "Cahit Arf", "cahit@arf.example", "Security Engineer", "first", Ready),
    (2, "11:15", "Europe/London", "Australia/Sydney", "Germaine Greer", "germaine@sydney.example", "Product Designer", "first", NoLink),
    (2, "13:30", "Asia/Jerusalem", "", "עדה יונת", "ada@ribosome.example", "Research Scientist", "final", Ready),
    (2, "15:00", "Europe/Kyiv", "", "Сергій Корольов", "serhii@orbit.example", "Engineering Manager", "second", Failed),
    (2, "16:00", "Africa/Nairobi", "", "Wangari Maathai", "wangari@green.example", "Engineering Manager", "first", Ready),
    (3, "08:45", "Asia/Kolkata", "", "Chandrasekhara Raman", "cv@calcutta.example", "Research Scientist", "first", NoLink),
    (3, "10:00", "Europe/Paris", "", "Émilie du Châtelet", "emilie@cirey.example", "Data Engineer", "second", Ready),
    (3, "11:00", "Asia/Dubai", "", "مريم ميرزاخاني", "maryam@surfaces.example", "Research Scientist", "final", Ready),
    (3, "12:00", "Europe/London", "", "Alan Turing", "alan@bletchley.example", "Security Engineer", "final", Stored),
    (3, "14:00", "America/Chicago", "", "Emmy Noether", "emmy@symmetry.example", "Research Scientist", "second", NotInvited),
    (3, "15:30", "Pacific/Auckland", "", "Beatrice Tinsley", "beatrice@galaxy.example", "Data Engineer", "first", NoLink),
    (4, "09:00", "Europe/Dublin", "", "Jocelyn Bell", "jocelyn@pulsar.example", "Site Reliability Engineer", "first", Ready),
    (4, "10:30", "Europe/Zurich", "", "Niklaus Wirth", "niklaus@pascal.example", "Compiler Engineer", "second", Ready),
    (4, "11:30", "America/Argentina/Buenos_Aires", "", "René Favaloro", "rene@bypass.example", "Engineering Manager", "first", NoLink),
    (4, "13:00", "Africa/Cairo", "", "Ahmed Zewail", "ahmed@femto.example", "Research Scientist", "first", Ready),
    (4, "14:15", "America/Toronto", "", "Donna Strickland", "donna@laser.example", "Research Scientist", "second", Deferred),
    (4, "16:00", "Europe/London", "Asia/Kathmandu", "Pasang Lhamu", "pasang@sagarmatha.example", "Product Designer", "first", NoLink),
    (5, "10:00", "Asia/Seoul", "", "김소월", "sowol@azalea.example", "Technical Writer", "first", Ready),
    (5, "13:00", "Europe/Lisbon", "", "Sophia de Mello", "sophia@mar.example", "Technical Writer", "second", NoLink),
    (6, "09:30", "America/Bogota", "", "Gabriel García", "gabriel@macondo.example", "Technical Writer", "first", Cancelled),
    (6, "11:00", "Asia/Ho_Chi_Minh", "", "Ngô Bảo Châu", "chau@lemma.example", "Research Scientist", "final", Ready),
    (6, "15:00", "Europe/London", "", "Rosalind Franklin", "rosalind@helix.example", "Data Engineer", "first", NoLink),
    (-1, "10:00", "Europe/London", "", "Mary Somerville", "mary@spheres.example", "Technical Writer", "first", Completed),
    (-1, "14:00", "Europe/Rome", "", "Rita Cortona", "rita@nerve.example", "Research Scientist", "second", Completed),
    (-2, "11:00", "Europe/Berlin", "", "Konrad Zuse", "konrad@z3.example", "Compiler Engineer", "first", Completed),
    (-3, "16:30", "Europe/Stockholm", "", "Sofia Kovalevskaya", "sofia@tops.example", "Research Scientist", "final", Ready),
];
