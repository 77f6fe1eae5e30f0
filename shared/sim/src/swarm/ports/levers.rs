//! The data planes of the levers: five endpoints each, some of which do not answer, and replies that are lost.

use super::{Leg, Ports, has_come};
use crate::swarm::fault::{Fault, Recovery};
use crate::swarm::plan::{Ms, SECOND};
use crate::swarm::trace::{LeverFact, What};
use crate::swarm::world::{Reach, World};
use understudy_engine::{Aim, LeverAct, LeverAnswer, LeverCall, LeverTrouble, Policy, Region};

/// One leg to an endpoint, and how long a connection to one that is away is waited for.
const LEG: Ms = 40;
const PATIENCE: Ms = 1500;

/// How long a request may be under way before it arrives.
const IN_FLIGHT_MAX: Ms = 8 * SECOND;

impl Ports {
    /// Asks one endpoint after the other until one takes the request.
    pub(super) async fn pull(&self, call: &LeverCall) -> LeverAnswer {
        for (index, region) in call.endpoints.iter().enumerate() {
            self.leg(Leg::There, LEG).await;
            let late = call.act == LeverAct::Set && has_come(&self.lock(), self.process, call.not_after);
            if late {
                break;
            }
            let reach = {
                let world = self.lock();
                world.lever_endpoint(world.processes[self.process].place, region)
            };
            if reach == Reach::Nowhere {
                self.pause(Some(PATIENCE)).await;
                continue;
            }
            if index > 0 {
                self.lock().recovered(Recovery::LeverRotated);
            }
            return self.taken(call, reach == Reach::There).await;
        }
        LeverAnswer::Trouble(LeverTrouble::Unreachable)
    }

    /// An endpoint has taken the connection: from here on its fate may be unknown.
    async fn taken(&self, call: &LeverCall, replies: bool) -> LeverAnswer {
        let (lost, silent, flight) = {
            let mut world = self.lock();
            let lost = world.strike(Fault::LeverCutBefore, self.process);
            let silent = world.strike(Fault::LeverCutAfter, self.process);
            (lost, silent, world.draw.long_tailed(50, IN_FLIGHT_MAX))
        };
        self.pause(Some(flight)).await;
        let answer = {
            let mut world = self.lock();
            let conflict = !lost && call.act == LeverAct::Set && world.strike(Fault::LeverConflict, self.process);
            if conflict {
                LeverAnswer::Trouble(LeverTrouble::Conflicting)
            } else {
                world.pull(self.process, call, !lost)
            }
        };
        self.leg(Leg::Back, LEG).await;
        if replies && !lost && !silent { answer } else { LeverAnswer::Trouble(LeverTrouble::Unanswered) }
    }
}

impl World {
    fn pull(&mut self, process: usize, call: &LeverCall, arrived: bool) -> LeverAnswer {
        let application = self.processes[process].application;
        let refused = arrived && call.act == LeverAct::Set && self.is_on(Fault::LeverRefused, application);
        let item = &mut self.items[application];
        let answer = match call.act {
            LeverAct::Set if refused => LeverAnswer::Trouble(LeverTrouble::SafetyRule),
            LeverAct::Set if arrived => item.levers.set(&call.aim),
            LeverAct::Set | LeverAct::Read => item.levers.read(&call.aim),
        };
        let fact = LeverFact {
            epoch: call.epoch,
            lever: call.lever,
            act: call.act,
            arrived: arrived && !refused,
            on: on(&item.policy, &call.aim),
            open: item.levers.open(&item.policy, call.lever),
            answer,
            paused: self.processes[process].loaded.as_ref().is_some_and(|(state, _, _)| state.paused.is_some()),
        };
        if refused {
            self.struck(Fault::LeverRefused, Some(application), Some(process));
        }
        self.tell(Some(application), Some(process), What::LeverCall(Box::new(fact)));
        answer
    }
}

/// The Region that an aim opens.
fn on(policy: &Policy, aim: &Aim) -> Option<Region> {
    match aim {
        Aim::Routes { on, .. } => Some(on.0.clone()),
        Aim::Controls { on, .. } => {
            let controls = &policy.traffic.as_ref()?.routing_controls.as_ref()?.controls;
            controls.iter().find(|(_, control)| *control == on).map(|(region, _)| region.clone())
        }
    }
}
