//! Which binding a request leads to, for a program that hands requests on and serves none of them itself.

use http::Method;

use crate::binding::{Binding, Bindings};
use crate::escape;
use crate::router::{Routed, Router};

/// Finds the binding of a request as the transcoder does, without calling anything.
pub struct BindingFinder {
    bindings: Bindings,
    router: Router,
}

impl BindingFinder {
    /// A finder over these bindings.
    pub fn of(bindings: Bindings) -> Self {
        let router = Router::of(&bindings);
        Self { bindings, router }
    }

    /// The binding that a method and the path of a request line lead to. For a path that is served by other methods alone
    /// it is one of theirs, because whoever serves them also says so. None when nothing is served there.
    pub fn find(&self, method: &Method, path: &str) -> Option<&Binding> {
        escape::check(path).ok()?;
        let index = match self.router.route(path, method) {
            Routed::Found(found) => found.binding,
            Routed::NotAllowed(allowed) => match self.router.route(path, allowed.first()?) {
                Routed::Found(found) => found.binding,
                Routed::NotAllowed(_) | Routed::NotFound => return None,
            },
            Routed::NotFound => return None,
        };
        self.bindings.iter().nth(index)
    }
}
