//! Invocations: each way into the driver, as a function is woken or a person speaks.

use super::ports::Ports;
use understudy_driver::{
    Answer, ApprovalCode, ConductError, LedgerError, NotifyError, Run, answer, attend, command, deliver, receive,
    release, turn,
};
use understudy_engine::{Application, Event, Order, Person, Seconds, StepVerdict};
use understudy_events::{AlarmChange, Signal};

/// How long a scheduled conductor stays awake.
const ATTENDS: Seconds = Seconds(15);

#[derive(Debug, Clone)]
pub(super) enum Invocation {
    Receive(AlarmChange),
    /// The stream wakes the conductor.
    Turn(Application),
    /// The schedule wakes it.
    Attend(Application),
    Deliver(Application),
    Command(Application, Person, Order),
    Answer(Application, Person, ApprovalCode),
    Release(Person, ApprovalCode),
}

impl Invocation {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Receive(_) => "receive",
            Self::Turn(_) => "turn",
            Self::Attend(_) => "attend",
            Self::Deliver(_) => "deliver",
            Self::Command(..) => "command",
            Self::Answer(..) => "answer",
            Self::Release(..) => "release",
        }
    }

    /// Runs the driver's own function. What it says is written down; who called it has gone home.
    pub(super) async fn perform(self, ports: Ports, mut run: Run) {
        let now = ports.world.now();
        let clock = || ports.world.now();
        let ended = match &self {
            Self::Receive(change) => {
                let received = receive(&ports, Signal::Alarm(change.clone()), now).await;
                received.map(|_| Vec::new()).map_err(NotifyError::from)
            }
            Self::Turn(application) => {
                let taken = turn(&ports, &ports, application, &mut run, &clock).await;
                taken.map(|taken| taken.verdicts).map_err(NotifyError::from)
            }
            Self::Attend(application) => {
                let until = ATTENDS.after(now);
                let sleep = |time| ports.sleep(time);
                attend(&ports, &ports, application, &mut run, clock, until, sleep).await.map_err(NotifyError::from)
            }
            Self::Deliver(application) => deliver(&ports, &ports, application, &mut run, now).await.map(|delivery| {
                if !delivery.forked.is_empty() {
                    ports.director.harm(format!("the record forked at {:?}", delivery.forked));
                }
                Vec::new()
            }),
            Self::Command(application, by, order) => {
                let event = Event::Ordered { by: by.clone(), order: order.clone() };
                let entered = command(&ports, application, &mut run, &event, now).await;
                entered.map(|verdict| vec![verdict]).map_err(NotifyError::from)
            }
            Self::Answer(application, by, code) => {
                let answered = answer(&ports, application, &mut run, by, (Answer::Yes, code), now).await;
                answered.map(|verdict| vec![verdict]).map_err(NotifyError::from)
            }
            Self::Release(by, code) => {
                release(&ports, &mut run, by, code, now).await.map(|_| Vec::new()).map_err(NotifyError::from)
            }
        };
        match ended {
            Ok(verdicts) => {
                for verdict in verdicts {
                    if let StepVerdict::Anomaly(anomaly) = verdict {
                        ports.director.harm(format!("anomaly: {anomaly:?}"));
                    }
                }
            }
            Err(error) if is_of_the_fault(&error) => {}
            Err(error) => ports.director.harm(format!("{}: {error}", self.name())),
        }
    }
}

/// Whether an error is the lost reply itself, and not what the driver made of it.
fn is_of_the_fault(error: &NotifyError) -> bool {
    match error {
        NotifyError::Conduct(ConductError::Ledger(LedgerError::Unavailable { detail })) => detail == super::ports::LOST,
        NotifyError::Undelivered(_) => true,
        NotifyError::Conduct(_) | NotifyError::Unwritable(_) => false,
    }
}
