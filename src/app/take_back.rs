//! Takes a mail back that has not left.

use jiff::Timestamp;

use super::{App, AppError, Row, outbox};
use crate::domain::delivery::State;
use crate::domain::ids::DeliveryId;

/// What taking a mail back led to.
#[derive(Debug, Clone)]
pub enum TakenBack {
    /// It did not leave, and will not.
    Withdrawn(Box<Row>),
    /// It was too late.
    TooLate {
        /// Where the mail stands.
        state: State,
        /// Since when.
        since: Timestamp,
    },
}

impl App {
    /// Takes a mail back if no byte of it can have left.
    ///
    /// # Errors
    /// When there is no such mail, or the database refuses.
    pub async fn take_back(&self, id: DeliveryId) -> Result<TakenBack, AppError> {
        let app = self.clone();
        self.store()
            .write(move |write| {
                let delivery = write.delivery(id)?.ok_or(AppError::NoDelivery)?;
                if !delivery.state.is_withdrawable() {
                    return Ok(TakenBack::TooLate {
                        state: delivery.state,
                        since: delivery.since,
                    });
                }
                app.withdraw(write, &delivery, "taken back")?;
                let row = outbox::kept(write.interview(delivery.interview_id)?)?;
                Ok(TakenBack::Withdrawn(Box::new(row)))
            })
            .await
    }
}
