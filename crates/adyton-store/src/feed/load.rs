//! Reading entities for the live state: all of them at start, the changed ones after that.
//!
//! A damaged row is logged and left out: one bad secret must not keep the gateway from starting.

use std::collections::{BTreeMap, HashMap};

use adyton_core::live::{Change, Live};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::newest;
use crate::database::{LONG_DEADLINE, Session};
use crate::repository::apps as app_rows;
use crate::repository::history;
use crate::repository::users::rows as user_rows;
use crate::schema::{
    access_keys, apps, authorisations, changes, domains, models, or_log, projects, revoked_tokens, services,
    token_keys, users,
};
use crate::transaction::{Kind, ROWS_A_STATEMENT};
use crate::{Store, StoreError};

/// With more changed entities than this, loading everything is less work.
const MOST_CHANGES: u64 = 20_000;

impl Store {
    /// Builds the whole live state; [`Feed::start`](crate::Feed::start) does this at start.
    pub async fn load_live(&self) -> Result<Live, StoreError> {
        whole(self).await
    }
}

/// The whole live state.
async fn whole(store: &Store) -> Result<Live, StoreError> {
    let session = store.database().snapshot(LONG_DEADLINE).await?;
    whole_of(store, &session).await
}

/// The whole live state of a snapshot.
pub(super) async fn whole_of(store: &Store, session: &Session) -> Result<Live, StoreError> {
    let (revision, _) = newest(session).await?;
    let mut live = Live::default();
    for kind in Kind::ALL {
        let mut after = None;
        loop {
            let loaded = load(store, session, *kind, Pick::After(after.as_deref())).await?;
            let Some(last) = loaded.last() else { break };
            after = Some(last.id.clone());
            for entity in loaded {
                if let Some(change) = entity.change {
                    live.apply(revision, change);
                }
            }
        }
    }
    live.reached(revision);
    Ok(live)
}

/// What changed after `since`, in the order of the last change of each; `None` if it is too much.
pub(super) async fn changes(
    store: &Store,
    session: &Session,
    since: u64,
) -> Result<Option<Vec<Change>>, StoreError> {
    let since = i64::try_from(since).unwrap_or(i64::MAX);
    let rows = changes::Entity::find()
        .filter(changes::Column::Revision.gt(since))
        .order_by_asc(changes::Column::Revision)
        .limit(MOST_CHANGES + 1)
        .all(session)
        .await?;
    if rows.len() as u64 > MOST_CHANGES {
        return Ok(None);
    }
    let mut last: HashMap<(Kind, String), usize> = HashMap::new();
    for (at, row) in rows.into_iter().enumerate() {
        match Kind::parse(&row.kind) {
            Some(kind) => drop(last.insert((kind, row.entity), at)),
            // A newer program on another node may know more kinds than this one.
            None => tracing::warn!(kind = row.kind, "a change of an unknown kind is passed over"),
        }
    }
    let mut by_kind: HashMap<Kind, Vec<String>> = HashMap::new();
    for (kind, id) in last.keys() {
        by_kind.entry(*kind).or_default().push(id.clone());
    }
    let mut ordered: BTreeMap<usize, Change> = BTreeMap::new();
    for (kind, ids) in by_kind {
        for some in ids.chunks(ROWS_A_STATEMENT) {
            let loaded = load(store, session, kind, Pick::Ids(some)).await?;
            let mut found: HashMap<String, Change> = loaded
                .into_iter()
                .filter_map(|entity| Some((entity.id, entity.change?)))
                .collect();
            for id in some {
                let change = found.remove(id).or_else(|| gone(kind, id));
                if let (Some(change), Some(at)) = (change, last.get(&(kind, id.clone()))) {
                    ordered.insert(*at, change);
                }
            }
        }
    }
    Ok(Some(ordered.into_values().collect()))
}

/// The change that takes an entity away; `None` for an id that no entity can have.
fn gone(kind: Kind, id: &str) -> Option<Change> {
    Some(match kind {
        Kind::Domain => Change::DomainGone(id.parse().ok()?),
        Kind::Project => Change::ProjectGone(id.parse().ok()?),
        Kind::User => Change::UserGone(id.parse().ok()?),
        Kind::AccessKey => Change::AccessKeyGone(adyton_core::id::AccessKeyId::new(id)),
        Kind::App => Change::AppGone(id.parse().ok()?),
        Kind::Authorisation => Change::AuthorisationGone(id.parse().ok()?),
        Kind::Model => Change::ModelGone(id.parse().ok()?),
        Kind::Service => Change::ServiceGone(id.parse().ok()?),
        Kind::Former => Change::FormerGone(id.parse().ok()?),
        Kind::RevokedToken => Change::RevocationOver(id.parse().ok()?),
        Kind::TokenKey => Change::TokenKeyGone(id.parse().ok()?),
    })
}

/// Which entities to load.
#[derive(Clone, Copy)]
enum Pick<'a> {
    /// These.
    Ids(&'a [String]),
    /// The next ones after this id, in the order of ids.
    After(Option<&'a str>),
}

/// An entity that was read; without a change if it is damaged.
struct Loaded {
    id: String,
    change: Option<Change>,
}

async fn load(
    store: &Store,
    session: &Session,
    kind: Kind,
    pick: Pick<'_>,
) -> Result<Vec<Loaded>, StoreError> {
    let seal = store.seal();
    macro_rules! load {
        ($table:ident, |$row:ident| $make:expr) => {
            rows::<$table::Entity>(session, $table::Column::Id, pick)
                .await?
                .into_iter()
                .map(|$row| Loaded {
                    id: $row.id.clone(),
                    change: or_log($make),
                })
                .collect()
        };
    }
    Ok(match kind {
        Kind::Domain => load!(domains, |row| row.domain().map(Change::Domain)),
        Kind::Project => load!(projects, |row| row.project().map(Change::Project)),
        Kind::User => load_users(session, pick).await?,
        Kind::AccessKey => load!(access_keys, |row| row.access_key(seal).map(Change::AccessKey)),
        Kind::App => load_apps(store, session, pick).await?,
        Kind::Authorisation => load!(authorisations, |row| row
            .authorisation()
            .map(Change::Authorisation)),
        Kind::Model => load!(models, |row| row
            .model()
            .map(|model| Change::Model(Box::new(model)))),
        Kind::Service => load!(services, |row| row
            .service()
            .map(|service| Change::Service(Box::new(service)))),
        Kind::Former => load_former(session, pick).await?,
        Kind::RevokedToken => load!(revoked_tokens, |row| row
            .revoked_token()
            .map(Change::TokenRevoked)),
        Kind::TokenKey => load_token_keys(store, session, pick).await?,
    })
}

async fn rows<E>(session: &Session, id: E::Column, pick: Pick<'_>) -> Result<Vec<E::Model>, StoreError>
where
    E: EntityTrait,
{
    let query = match pick {
        Pick::Ids(ids) => E::find().filter(id.is_in(ids)),
        Pick::After(after) => {
            let next = E::find().order_by_asc(id).limit(ROWS_A_STATEMENT as u64);
            match after {
                Some(last) => next.filter(id.gt(last)),
                None => next,
            }
        }
    };
    Ok(query.all(session).await?)
}

async fn load_users(session: &Session, pick: Pick<'_>) -> Result<Vec<Loaded>, StoreError> {
    let rows = rows::<users::Entity>(session, users::Column::Id, pick).await?;
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut roles = user_rows::assignments_of(session, &ids).await?;
    let loaded = rows.into_iter().zip(ids).map(|(row, id)| {
        let assignments = roles.remove(&id).unwrap_or_default();
        let change = or_log(row.user(assignments).map(Change::User));
        Loaded { id, change }
    });
    Ok(loaded.collect())
}

async fn load_apps(store: &Store, session: &Session, pick: Pick<'_>) -> Result<Vec<Loaded>, StoreError> {
    let rows = rows::<apps::Entity>(session, apps::Column::Id, pick).await?;
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut codes = app_rows::codes_of(session, &ids).await?;
    let loaded = rows.into_iter().zip(ids).map(|(row, id)| {
        let codes = codes.remove(&id).unwrap_or_default();
        let change = or_log(row.app(codes, store.seal()).map(Change::App));
        Loaded { id, change }
    });
    Ok(loaded.collect())
}

/// Few services are being updated at a time.
async fn load_former(session: &Session, pick: Pick<'_>) -> Result<Vec<Loaded>, StoreError> {
    let going = match pick {
        Pick::Ids(ids) => history::going_of(session, ids).await?,
        Pick::After(after) => history::going_after(session, after, ROWS_A_STATEMENT).await?,
    };
    let mut loaded = Vec::new();
    for (id, update) in going {
        let row = services::Entity::find_by_id(id.as_str()).one(session).await?;
        let service = row.and_then(|row| or_log(row.service()));
        let change = match service {
            Some(service) => match history::former(session, &service, update).await {
                Err(error) if !matches!(error, StoreError::Damaged { .. }) => return Err(error),
                former => or_log(former)
                    .flatten()
                    .map(|versions| Change::Former(service.id, versions)),
            },
            None => None,
        };
        loaded.push(Loaded { id, change });
    }
    Ok(loaded)
}

/// Token keys are numbered and few: one chunk has them all.
async fn load_token_keys(
    store: &Store,
    session: &Session,
    pick: Pick<'_>,
) -> Result<Vec<Loaded>, StoreError> {
    let query = match pick {
        Pick::After(Some(_)) => return Ok(Vec::new()),
        Pick::After(None) => token_keys::Entity::find(),
        Pick::Ids(ids) => {
            let numbers = ids.iter().filter_map(|id| id.parse::<i64>().ok());
            token_keys::Entity::find().filter(token_keys::Column::Id.is_in(numbers))
        }
    };
    let rows = query.all(session).await?;
    let loaded = rows.into_iter().map(|row| Loaded {
        id: row.id.to_string(),
        change: or_log(row.token_key(store.seal()).map(Change::TokenKey)),
    });
    Ok(loaded.collect())
}
