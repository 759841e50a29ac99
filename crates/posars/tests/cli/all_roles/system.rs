//! Every role as a process of its own.

use std::collections::BTreeMap;

use super::day::Door;
use crate::support::{Up, posars};

const SERVE: [&str; 5] = ["sales", "finance", "inventory", "hr", "reporting"];
const WORK: [&str; 6] = ["relay", "stock", "finance", "projections", "reports", "imports"];
const GATEWAY: &str = "serve gateway";

/// A process that dies.
pub(super) struct Crash {
    /// The role, such as `serve sales`.
    pub(super) role: &'static str,
    pub(super) meanwhile: Meanwhile,
}

/// What callers see of a process that is away.
pub(super) enum Meanwhile {
    /// This GET is refused.
    Refused(&'static str),
    /// No call is taken: the gateway itself is away.
    Closed,
    /// Nothing: nobody calls a worker.
    Unseen,
}

/// The processes, by role.
pub(super) struct System {
    settings: Vec<(String, String)>,
    processes: BTreeMap<String, Up>,
    deaths: BTreeMap<String, u32>,
}

impl System {
    /// Starts all of them at once, and the gateway when it is known where the others are.
    pub(super) fn start(settings: &[(&str, String)]) -> Self {
        let own = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        let mut system = Self {
            settings: own.collect(),
            processes: BTreeMap::new(),
            deaths: BTreeMap::new(),
        };
        let roles = SERVE.map(|role| format!("serve {role}")).into_iter();
        let roles = roles.chain(WORK.map(|role| format!("work {role}")));
        // Addresses that no outgoing connection takes, so that one that died finds its own free.
        let place = format!(
            "127.{}.{}",
            1 + std::process::id() % 250,
            1 + std::process::id() / 250 % 250
        );
        let starting: Vec<_> = roles
            .enumerate()
            .map(|(index, role)| {
                let command = system.command(&role, &format!("{place}.{}:0", index + 1));
                (role, std::thread::spawn(|| Up::spawn(command)))
            })
            .collect();
        for (role, process) in starting {
            system.processes.insert(role, process.join().unwrap());
        }
        let upstreams = SERVE.map(|area| {
            format!(
                "{area}=http://{}",
                system.process(&format!("serve {area}")).address()
            )
        });
        let upstreams = upstreams.join(",");
        system.settings.push(("POSARS_UPSTREAMS".to_owned(), upstreams));
        let gateway = Up::spawn(system.command(GATEWAY, &format!("{place}.100:0")));
        gateway.wait_for_readyz(200);
        system.processes.insert(GATEWAY.to_owned(), gateway);
        system
    }

    fn command(&self, role: &str, listen: &str) -> std::process::Command {
        let words: Vec<&str> = role.split(' ').chain(["--listen", listen]).collect();
        let mut command = posars(&words);
        command
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            // The gateway calls from this machine.
            .env("POSARS_TRUSTED_PROXIES", "127.0.0.0/8");
        if role == GATEWAY {
            // It needs none, and shows so by having none.
            command
                .env_remove("POSARS_DATABASE_URL")
                .env_remove("POSARS_QUEUES");
        }
        command
    }

    pub(super) fn process(&self, role: &str) -> &Up {
        &self.processes[role]
    }

    /// Where callers come in.
    pub(super) fn door(&self) -> &str {
        self.process(GATEWAY).address()
    }

    /// Kills a process, sees what callers see of it, and starts it again at its address.
    pub(super) fn crash(&mut self, door: &Door, crash: &Crash) {
        let process = self.processes.remove(crash.role).unwrap();
        let listen = process.address().to_owned();
        process.kill9();
        *self.deaths.entry(crash.role.to_owned()).or_default() += 1;
        match crash.meanwhile {
            Meanwhile::Refused(path) => door.assert_refused(path),
            Meanwhile::Closed => door.assert_closed(),
            Meanwhile::Unseen => {}
        }
        let again = Up::spawn(self.command(crash.role, &listen));
        self.processes.insert(crash.role.to_owned(), again);
    }

    pub(super) fn assert_that_each_died_once(&self) {
        let deaths: Vec<(&str, u32)> = self
            .deaths
            .iter()
            .map(|(role, deaths)| (role.as_str(), *deaths))
            .collect();
        let once: Vec<(&str, u32)> = self.processes.keys().map(|role| (role.as_str(), 1)).collect();
        assert_eq!(deaths, once);
    }

    pub(super) fn end_in_order(self) {
        for (role, process) in self.processes {
            let (code, talk) = process.terminate();
            assert_eq!(code, 0, "{role}: {talk}");
            assert!(!talk.contains("error["), "{role}: {talk}");
        }
    }
}
