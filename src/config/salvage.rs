//! What stands of a configuration with problems: for whoever examines it, and for nothing else.

use super::sources::{self, Values};
use super::{Config, Environment, Options, Paths, Problem};

impl Config {
    /// The configuration without every section that has a problem (those have their defaults then), and all problems.
    /// No mail may leave by it.
    ///
    /// # Errors
    /// The problems, when there is not even a place for the data.
    pub fn salvage(
        options: &Options,
        environment: &Environment,
    ) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let problems = match Self::load(options, environment) {
            Ok(config) => return Ok((config, Vec::new())),
            Err(problems) => problems,
        };
        let paths = Paths::choose(options, environment)?;
        let text = std::fs::read_to_string(&paths.config_file).unwrap_or_default();
        let (mut values, errors) = sources::of_file(&text, &paths.config_file);
        if !errors.is_empty() {
            values.clear();
        }
        let mut environment = environment.clone();
        sources::overlay(&mut values, &environment.variables);
        let mut found = problems.clone();
        loop {
            let before = (values.len(), environment.variables.len());
            for problem in &found {
                environment.variables.remove(&problem.key);
                drop_section(&mut values, &problem.key);
            }
            match Self::of_values(values.clone(), paths.clone(), &environment) {
                Ok(config) => return Ok((config, problems)),
                Err(_) if before == (values.len(), environment.variables.len()) => {
                    return Err(problems);
                }
                Err(more) => found = more,
            }
        }
    }
}

fn drop_section(values: &mut Values, key: &str) {
    let section = key.split('.').next().unwrap_or(key);
    // Whom mail is from belongs to how it leaves.
    let together: &[&str] = match section {
        "mail" | "company" => &["mail", "company"],
        alone => &[alone],
    };
    values.retain(|key, _| !together.contains(&key.split('.').next().unwrap_or(key)));
}
