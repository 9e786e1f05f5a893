//! Verify a password, for signing in and before it is changed.
//!
//! A wrong user and a wrong password give the same answer after the same time: the store hashes either way.
//! Five failures lock the account for the source that they came from, whether or not there is one of that name, so that a
//! lock does not tell either. How many wait for their turn is bounded (`sign_ins.rs`).

use std::net::IpAddr;

use adyton_core::id::DomainId;
use adyton_core::secret::Secret;
use adyton_core::tenant::User;
use adyton_store::repository::{DomainName, UserName};

use crate::failure::{Failure, OperationResult};
use crate::shared::Shared;

/// The longest password that is hashed, in bytes.
const PASSWORD_MOST: usize = 1024;

/// The user with this password.
pub(crate) async fn verify(
    shared: &Shared,
    address: IpAddr,
    who: &UserName,
    password: &Secret<String>,
) -> OperationResult<User> {
    if password.expose().len() > PASSWORD_MOST {
        return Err(Failure::WrongPassword);
    }
    let slot = shared.sign_ins.enter(address)?;
    let account = account(shared, who).await?;
    let account: Vec<&str> = account.iter().map(String::as_str).collect();
    let _account_lock = slot.account_lock(&account).await?;
    shared
        .identity
        .password_allowed(&account, address)
        .map_err(|left| Failure::Locked { left })?;
    let _permit = slot.hashing_permit().await?;
    match shared.store.users().verify_password(who, password).await? {
        Some(user) => {
            shared.identity.password_succeeded(&account, address);
            Ok(user)
        }
        None => {
            shared.identity.password_failed(&account, address);
            Err(Failure::WrongPassword)
        }
    }
}

/// What failures are counted by: domain and name, however the caller named them, so that naming the same account in several
/// ways neither gives more tries nor tells whether it exists. A name without a domain, and an unknown id, count as accounts of their own.
async fn account(shared: &Shared, who: &UserName) -> OperationResult<[String; 2]> {
    Ok(match who {
        UserName::Id(id) => match shared.store.users().get(*id).await? {
            Some(user) => [user.domain.to_string(), user.name],
            None => [String::new(), id.to_string()],
        },
        UserName::InDomain { name, domain } => {
            let sent = || match domain {
                DomainName::Id(id) => id.to_string(),
                DomainName::Name(name) => name.clone(),
            };
            let domain = domain_id(shared, domain)
                .await?
                .map_or_else(sent, |id| id.to_string());
            [domain, name.clone()]
        }
    })
}

/// The domain of this id or name, if there is one.
pub(super) async fn domain_id(shared: &Shared, named: &DomainName) -> OperationResult<Option<DomainId>> {
    let found = match named {
        DomainName::Id(id) => shared.store.domains().get(*id).await?,
        DomainName::Name(name) => shared.store.domains().by_name(name).await?,
    };
    Ok(found.map(|domain| domain.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::{PASSWORD, Rig};

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[tokio::test]
    async fn tries_of_one_account_count_together_however_it_is_named() {
        let rig = Rig::new().await;
        let user = rig.user("reader", Vec::new()).await;
        let named = |domain| UserName::InDomain {
            name: "reader".to_owned(),
            domain,
        };
        let domain = &rig.first.domain;
        let ways = [
            UserName::Id(user.id),
            named(DomainName::Id(domain.id)),
            named(DomainName::Name(domain.name.clone())),
        ];
        let wrong = Secret::new("not it".to_owned());
        for way in ways.iter().chain(&ways[..2]) {
            let refused = verify(&rig.shared, address(1), way, &wrong).await;
            assert!(matches!(refused, Err(Failure::WrongPassword)));
        }
        let right = Secret::new(PASSWORD.to_owned());
        for way in &ways {
            let locked = verify(&rig.shared, address(1), way, &right).await;
            assert!(matches!(locked, Err(Failure::Locked { .. })));
        }
        let elsewhere = verify(&rig.shared, address(2), &ways[0], &right).await;
        assert_eq!(elsewhere.unwrap().id, user.id);
    }

    #[tokio::test]
    async fn who_is_not_there_is_refused_like_who_is_and_locked_like_them() {
        let rig = Rig::new().await;
        let nobody = UserName::InDomain {
            name: "nobody".to_owned(),
            domain: DomainName::Name("nowhere".to_owned()),
        };
        let wrong = Secret::new("not it".to_owned());
        for _ in 0..5 {
            let refused = verify(&rig.shared, address(1), &nobody, &wrong).await;
            assert!(matches!(refused, Err(Failure::WrongPassword)));
        }
        let locked = verify(&rig.shared, address(1), &nobody, &wrong).await;
        assert!(matches!(locked, Err(Failure::Locked { .. })));
    }

    #[tokio::test]
    async fn an_endless_password_is_wrong_and_is_not_hashed_or_counted() {
        let rig = Rig::new().await;
        let user = rig.user("reader", Vec::new()).await;
        let endless = Secret::new("p".repeat(PASSWORD_MOST + 1));
        for _ in 0..6 {
            let refused = verify(&rig.shared, address(1), &UserName::Id(user.id), &endless).await;
            assert!(matches!(refused, Err(Failure::WrongPassword)));
        }
        let right = Secret::new(PASSWORD.to_owned());
        let let_in = verify(&rig.shared, address(1), &UserName::Id(user.id), &right).await;
        assert!(let_in.is_ok());
    }
}
