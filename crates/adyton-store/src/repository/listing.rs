//! Pages and names: what all lists have in common.

use sea_orm::sea_query::{ExprTrait, Func, LikeExpr};
use sea_orm::{ColumnTrait, EntityTrait, Order, PaginatorTrait, QuerySelect, Select};

use crate::StoreError;
use crate::database::Session;

/// In which order a list stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SortOrder<S> {
    /// What is compared.
    pub by: S,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl<S> SortOrder<S> {
    /// The least first.
    pub const fn ascending(by: S) -> Self {
        Self {
            by,
            descending: false,
        }
    }

    /// The greatest first.
    pub const fn descending(by: S) -> Self {
        Self { by, descending: true }
    }

    pub(crate) const fn direction(&self) -> Order {
        if self.descending { Order::Desc } else { Order::Asc }
    }
}

/// Which part of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// How many to pass over.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u64,
}

impl Page {
    /// The longest page that a list gives.
    pub const MOST: u64 = 10_000;
    /// As much as a list gives.
    pub const ALL: Page = Page {
        offset: 0,
        limit: Page::MOST,
    };

    /// This part of a list that is at hand whole.
    pub fn of<T>(self, all: Vec<T>) -> Listed<T> {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let total = all.len() as u64;
        let from = all.into_iter().skip(size(self.offset));
        Listed {
            items: from.take(size(self.limit)).collect(),
            total,
        }
    }
    pub(crate) const fn bounded_limit(self) -> u64 {
        if self.limit < Page::MOST {
            self.limit
        } else {
            Page::MOST
        }
    }
    /// Both databases count rows in signed numbers.
    pub(crate) const fn bounded_offset(self) -> u64 {
        if self.offset < i64::MAX as u64 {
            self.offset
        } else {
            i64::MAX as u64
        }
    }
}

impl Default for Page {
    fn default() -> Self {
        Page::ALL
    }
}

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// How many there are on all pages.
    pub total: u64,
}

impl<T> Listed<T> {
    /// A page whose rows are read one by one.
    pub(crate) fn read<R>(
        rows: Vec<R>,
        total: u64,
        read: impl FnMut(R) -> Result<T, StoreError>,
    ) -> Result<Self, StoreError> {
        let items = rows.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { items, total })
    }
}

/// How to compare a name. Upper and lower case are told apart only where said; that holds for the letters of ASCII.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NameMatch {
    /// It is this, in this case.
    Exact(String),
    /// It contains this, upper or lower case.
    Contains(String),
    /// It contains this, upper or lower case, where `_` is any one character (ModelArts' fuzzy names).
    Fuzzy(String),
}

impl NameMatch {
    /// The condition on a column.
    pub(crate) fn on(&self, column: impl ColumnTrait) -> sea_orm::sea_query::Expr {
        let (part, escaped): (&str, &[char]) = match self {
            NameMatch::Exact(name) => return column.eq(name.as_str()),
            NameMatch::Contains(part) => (part, &['%', '_', '\\']),
            NameMatch::Fuzzy(part) => (part, &['%', '\\']),
        };
        let mut pattern = String::from("%");
        for character in part.chars() {
            if escaped.contains(&character) {
                pattern.push('\\');
            }
            pattern.push(character.to_ascii_lowercase());
        }
        pattern.push('%');
        Func::lower(column.into_expr()).like(LikeExpr::new(pattern).escape('\\'))
    }
}

/// The rows of a page, and how many there are in all.
pub(crate) async fn page<E>(
    session: &Session,
    query: Select<E>,
    page: Page,
) -> Result<(Vec<E::Model>, u64), StoreError>
where
    E: EntityTrait,
    E::Model: Send + Sync,
{
    let total = query.clone().count(session).await?;
    let rows = query
        .offset(page.bounded_offset())
        .limit(page.bounded_limit())
        .all(session)
        .await?;
    Ok((rows, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_out_of_what_is_at_hand() {
        let cut = |offset, limit| {
            let listed = Page { offset, limit }.of(vec![1, 2, 3]);
            (listed.items, listed.total)
        };
        assert_eq!(cut(0, 2), (vec![1, 2], 3));
        assert_eq!(cut(2, 2), (vec![3], 3));
        assert_eq!(cut(9, 2), (Vec::new(), 3));
        assert_eq!(cut(u64::MAX, u64::MAX), (Vec::new(), 3));
    }
}
