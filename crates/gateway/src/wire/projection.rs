//! Projections.

use posars_domain::CompanyId;
use posars_projections::ProjectionStatus;

use super::names::{ProjectionName, ResourceName as _};
use super::value::write_time;
use crate::proto::operations::v1 as pb;

/// Writes how a projection stands.
pub(crate) fn write_projection(company: &CompanyId, status: &ProjectionStatus) -> pb::Projection {
    pb::Projection {
        name: ProjectionName {
            projection_id: status.projection.to_owned(),
        }
        .of(company),
        projection_id: status.projection.to_owned(),
        position: status.position.get(),
        lag_events: status.lag_events,
        lag_seconds: status.lag_seconds,
        parked_events: status.parked,
        oldest_park_time: status.oldest_parked_at.map(write_time),
        move_time: status.moved_at.map(write_time),
        build_time: status.built_at.map(write_time),
        build_version: status
            .version
            .and_then(|version| version.try_into().ok())
            .unwrap_or_default(),
        holder: status.holder.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use posars_event_store::Position;

    use super::*;

    #[test]
    fn every_figure_has_its_field() {
        let moment = |second| Timestamp::from_second(second).unwrap();
        let status = ProjectionStatus {
            projection: "sales",
            position: Position::new(11),
            head: Position::new(23),
            lag_events: 12,
            lag_seconds: 13,
            parked: 14,
            oldest_parked_at: Some(moment(15)),
            holder: Some("till server".into()),
            moved_at: Some(moment(16)),
            version: Some(17),
            built_at: Some(moment(18)),
            previous_position: Some(Position::new(19)),
        };
        let told = write_projection(&"acme".parse().unwrap(), &status);
        let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
        let expected = pb::Projection {
            name: "companies/acme/projections/sales".into(),
            projection_id: "sales".into(),
            position: 11,
            lag_events: 12,
            lag_seconds: 13,
            parked_events: 14,
            oldest_park_time: time(15),
            move_time: time(16),
            build_time: time(18),
            build_version: 17,
            holder: "till server".into(),
        };
        assert_eq!(told, expected);
    }
}
