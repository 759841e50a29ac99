//! The chart as a tree: every heading before what stands under it, with the sum of it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use posars_domain::chart::RoleAccount;
use posars_domain::{AccountCode, AccountRole, AccountType, Amount, StoreId};
use posars_event_store::Position;

use super::sums::{BookScope, BookSpan, Chart, plus};
use crate::read::{FIRST_DAY, LAST_DAY};
use crate::read_models::{BookSetting, ChartAccount};
use crate::{Freshness, PAGE_ROWS_MAX, Page, PageRequest, Projections, QueryError};

/// An account in its place.
#[derive(Clone, Debug)]
pub(super) struct TreeNode<'a> {
    pub(super) account: &'a ChartAccount,
    pub(super) depth: u32,
    /// Where its heading stands in the tree.
    pub(super) parent: Option<usize>,
}

/// A chart in the order in which people read it.
#[derive(Clone, Debug)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<TreeNode<'a>>,
}

/// The accounts of a chart by the heading that they stand under.
type Under<'a> = BTreeMap<Option<&'a AccountCode>, Vec<&'a ChartAccount>>;

/// The accounts under a heading, the first one last.
fn place<'a>(
    under: &mut Under<'a>,
    heading: Option<&'a AccountCode>,
    depth: u32,
    parent: Option<usize>,
) -> impl Iterator<Item = TreeNode<'a>> + use<'a> {
    let accounts = under.remove(&heading).unwrap_or_default();
    accounts.into_iter().rev().map(move |account| TreeNode {
        account,
        depth,
        parent,
    })
}

impl<'a> Tree<'a> {
    pub(super) fn of(chart: &'a Chart) -> Self {
        let mut under: Under<'a> = BTreeMap::new();
        for account in chart.values() {
            let parent = account
                .parent
                .as_ref()
                .filter(|parent| chart.contains_key(*parent));
            under.entry(parent).or_default().push(account);
        }
        let mut nodes: Vec<TreeNode<'a>> = Vec::with_capacity(chart.len());
        // What is to be placed, the next one last.
        let mut open: Vec<TreeNode<'a>> = Vec::new();
        open.extend(place(&mut under, None, 0, None));
        while let Some(node) = open.pop() {
            let (code, depth) = (&node.account.code, node.depth + 1);
            open.extend(place(&mut under, Some(code), depth, Some(nodes.len())));
            nodes.push(node);
        }
        Self { nodes }
    }

    /// The figures of each node with those of all that stands under it.
    pub(super) fn rolled_up<T: Clone + Default>(
        &self,
        own: &BTreeMap<AccountCode, T>,
        add: impl Fn(&T, &T) -> Result<T, QueryError>,
    ) -> Result<Vec<T>, QueryError> {
        let of_node = |node: &TreeNode<'_>| own.get(&node.account.code).cloned().unwrap_or_default();
        let mut figures: Vec<T> = self.nodes.iter().map(of_node).collect();
        // A heading stands before what is under it, so from the end on all of that is summed already.
        for place in (0..self.nodes.len()).rev() {
            if let Some(parent) = self.nodes[place].parent {
                figures[parent] = add(&figures[parent], &figures[place])?;
            }
        }
        Ok(figures)
    }
}

/// An account of the chart in its place, with its balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountNode {
    /// The account.
    pub account: ChartAccount,
    /// How many headings it stands under.
    pub depth: u32,
    /// The roles that it has, each with the store that it has it for; `None` for all that have no account of their own.
    pub roles: Vec<(AccountRole, Option<StoreId>)>,
    /// Its balance, of a heading with what stands under it: debit above zero, credit below.
    pub balance: Amount,
}

/// Which accounts to list, and of what their balances are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartFilter {
    /// The day at whose end balances are asked for, by accounting date; none for all that is posted.
    pub date: Option<Date>,
    /// Of which store and cost centre balances are.
    pub scope: BookScope,
    /// Only accounts of this type.
    pub account_type: Option<AccountType>,
}

impl Projections {
    /// The whole chart in the order of the tree, with balances.
    async fn chart_tree(
        &self,
        filter: &ChartFilter,
        freshness: Freshness,
    ) -> Result<(Vec<AccountNode>, Position), QueryError> {
        let span = BookSpan {
            from: FIRST_DAY,
            to: filter.date.unwrap_or(LAST_DAY),
        };
        let (sums, position) = self.account_sums(span, &filter.scope, freshness).await?;
        let accounts = sums.iter().map(|sum| &sum.account);
        let (chart, position) = self.chart_of(accounts, position, freshness).await?;
        let mut own: BTreeMap<AccountCode, Amount> = BTreeMap::new();
        for sum in sums {
            let balance = own.entry(sum.account.clone()).or_default();
            *balance = plus(*balance, sum.closing()?)?;
        }
        let mut roles = self.roles_by_account(freshness).await?;
        let tree = Tree::of(&chart);
        let balances = tree.rolled_up(&own, |one, other| plus(*one, *other))?;
        let nodes = tree
            .nodes
            .iter()
            .zip(balances)
            .map(|(node, balance)| AccountNode {
                account: node.account.clone(),
                depth: node.depth,
                roles: roles.remove(&node.account.code).unwrap_or_default(),
                balance,
            });
        Ok((nodes.collect(), position))
    }

    pub(super) async fn roles_by_account(
        &self,
        mut freshness: Freshness,
    ) -> Result<BTreeMap<AccountCode, Vec<(AccountRole, Option<StoreId>)>>, QueryError> {
        let mut all: BTreeMap<AccountCode, Vec<(AccountRole, Option<StoreId>)>> = BTreeMap::new();
        let mut request = PageRequest::first(PAGE_ROWS_MAX);
        loop {
            let page = self.list_role_accounts(&request, freshness).await?;
            let next = request.following(&page);
            for BookSetting { content, .. } in page.rows {
                let RoleAccount { role, store_id, code } = content;
                all.entry(code).or_default().push((role, store_id));
            }
            let Some(following) = next else { return Ok(all) };
            request = following;
            freshness = Freshness::ANY;
        }
    }

    /// The chart as a tree with balances, every heading before what stands under it.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_accounts(
        &self,
        filter: &ChartFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<AccountNode>, QueryError> {
        let (mut nodes, position) = self.chart_tree(filter, freshness).await?;
        if let Some(account_type) = filter.account_type {
            nodes.retain(|node| node.account.account_type == account_type);
        }
        cut_after(nodes, page, position, |node| vec![node.account.code.to_string()])
    }

    /// An account with its balance and the position that the answer includes; none while it is unknown.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn account(
        &self,
        code: &AccountCode,
        filter: &ChartFilter,
        freshness: Freshness,
    ) -> Result<(Option<AccountNode>, Position), QueryError> {
        let (nodes, position) = self.chart_tree(filter, freshness).await?;
        let found = nodes.into_iter().find(|node| node.account.code == *code);
        Ok((found, position))
    }
}

/// The page of rows that were all read: those behind the one with the key of the page before.
pub(super) fn cut_after<T>(
    mut rows: Vec<T>,
    page: &PageRequest,
    position: Position,
    key: impl Fn(&T) -> Vec<String>,
) -> Result<Page<T>, QueryError> {
    if let Some(after) = &page.after {
        let place = rows.iter().position(|row| key(row) == *after);
        let place = place.ok_or_else(|| QueryError::BadPage {
            problem: "the last row of the page before is there no more".to_owned(),
        })?;
        rows.drain(..=place);
    }
    Ok(Page::cut(rows, page, position, key))
}
