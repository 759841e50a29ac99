//! One item that is owed, on either side.

use posars_domain::OpenItemId;
use posars_domain::open_item::ItemRejection;
use posars_projections::OwedBy;
use tonic::Status;

use crate::call::Call;
use crate::proto::finance::v1 as pb;
use crate::status;
use crate::wire::finance::{write_item_move, write_open_item};

/// Moves that one answer has at most; an item has a few.
const MOVES_MAX: usize = 1_000;

/// An item, what happened to it, and the position that the answer includes.
///
/// # Errors
/// `ITEM_UNKNOWN` when there is none, and the statuses of queries.
pub(super) async fn item_with_moves(
    call: &Call,
    side: OwedBy,
    item_id: OpenItemId,
    min_position: u64,
) -> Result<(pb::OpenItem, Vec<pb::ItemMove>, u64), Status> {
    let freshness = call.freshness(min_position);
    let answer = call
        .tenant()
        .projections()
        .open_item(side, item_id, freshness)
        .await;
    let (item, position) = answer.map_err(|error| status::from_query(&error))?;
    let unknown = || status::from_rejection(&ItemRejection::ItemUnknown { item_id });
    let (item, moves) = item.ok_or_else(unknown)?;
    let moves = moves.iter().take(MOVES_MAX);
    let moves = moves
        .map(|told| write_item_move(call.company(), &item, told))
        .collect();
    Ok((write_open_item(call.company(), &item), moves, position.get()))
}
