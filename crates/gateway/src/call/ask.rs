//! A command of a call, through the one door.

use std::sync::Arc;

use posars_commands::{CommandError, Commands, Completed, Envelope};
use posars_domain::open_item::{Receivable, ReceivableEvent, ReverseSettlement};
use posars_domain::{Command, CompoundCommand, DomainEvent, EventOf, Payload};
use tonic::Status;

use super::Call;
use crate::Tenant;
use crate::proto::log::v1 as pb;
use crate::status;
use crate::wire::{FromRequest, write_recorded};

/// A command about to be carried out: by whom, and whether it is only tried.
pub(crate) struct Ask {
    tenant: Arc<Tenant>,
    commands: Commands,
    envelope: Envelope,
    validate_only: bool,
}

/// What a command of a call has come to.
pub(crate) struct Done<E> {
    pub(crate) completed: Completed<E>,
    validate_only: bool,
}

impl Call {
    /// The command side of this call.
    ///
    /// # Errors
    /// As [`Self::envelope`].
    pub(crate) fn ask(&self, request_id: &str, validate_only: bool) -> Result<Ask, Status> {
        let commands = self.tenant().commands();
        Ok(Ask {
            tenant: Arc::clone(self.tenant()),
            commands: if validate_only {
                commands.validate_only()
            } else {
                commands.clone()
            },
            envelope: self.envelope(request_id)?,
            validate_only,
        })
    }
}

impl Ask {
    /// Carries a command out.
    ///
    /// # Errors
    /// The status of the rejection or of the failure.
    pub(crate) async fn carry_out<C: Command + FromRequest>(
        &self,
        command: &C,
    ) -> Result<Done<EventOf<C>>, Status> {
        let completed = self.commands.carry_out(command, &self.envelope).await;
        Ok(self.done(completed.map_err(|error| self.refused::<C>(error))?))
    }

    /// Carries a command to several streams out.
    ///
    /// # Errors
    /// As [`Self::carry_out`].
    pub(crate) async fn carry_out_compound<C: CompoundCommand + FromRequest>(
        &self,
        command: &C,
    ) -> Result<Done<EventOf<C::Part>>, Status> {
        let completed = self.commands.carry_out_compound(command, &self.envelope).await;
        Ok(self.done(completed.map_err(|error| self.refused::<C>(error))?))
    }

    /// Undoes a payment of a receivable, and frees the line of a statement that told of it.
    ///
    /// # Errors
    /// As [`Self::carry_out`].
    pub(crate) async fn reverse(
        &self,
        command: &ReverseSettlement<Receivable>,
    ) -> Result<Done<ReceivableEvent>, Status> {
        let completed = self
            .commands
            .reverse_receivable_settlement(command, &self.envelope)
            .await;
        Ok(self.done(completed.map_err(|error| self.refused::<ReverseSettlement<Receivable>>(error))?))
    }

    /// Why a command was not carried out, in the names of its request.
    fn refused<C: FromRequest>(&self, error: CommandError) -> Status {
        if matches!(error, CommandError::OutOfScope) {
            return status::limited_to_store(self.tenant.company_id());
        }
        status::from_command_of(C::FIELD_NAMES, error)
    }

    const fn done<E>(&self, completed: Completed<E>) -> Done<E> {
        Done {
            completed,
            validate_only: self.validate_only,
        }
    }
}

impl<E: DomainEvent> Done<E> {
    /// The event that answers the command; see [`Completed::answer`].
    pub(crate) fn answer<P: Payload<Event = E>>(&self) -> Option<&P> {
        self.completed.answer()
    }

    /// The log's side of the answer.
    pub(crate) fn recorded(&self) -> Option<pb::Recorded> {
        Some(write_recorded(&self.completed, self.validate_only))
    }
}
