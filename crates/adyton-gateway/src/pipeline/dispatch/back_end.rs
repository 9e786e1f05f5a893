//! Which member of an HTTP back end is called. Whether its address may be called at all is asked when it is connected to
//! (`upstream/outgoing.rs`).

use adyton_core::api::Members;
use adyton_core::endpoint::Address;
use adyton_runtime::targets::by_weight;

/// The address for this turn; `None` if no member of the channel has a share.
pub(super) fn choose(members: &Members, turn: u64) -> Option<&Address> {
    match members {
        Members::Single(address) => Some(address),
        Members::Channel(members) => {
            by_weight(members.iter(), |member| member.weight, turn).map(|member| &member.address)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use adyton_core::api::Member;

    use super::*;

    fn at(port: u16) -> Address {
        SocketAddr::from(([127, 0, 0, 1], port)).into()
    }

    fn channel(weights: &[u32]) -> Members {
        let member = |(port, weight): (u16, &u32)| Member {
            address: at(port),
            weight: *weight,
        };
        Members::Channel((1..).zip(weights).map(member).collect())
    }

    #[test]
    fn members_are_called_by_their_weights() {
        assert_eq!(choose(&Members::Single(at(9)), 5), Some(&at(9)));
        let members = channel(&[3, 0, 1]);
        let mut calls = [0; 4];
        for turn in 0..400 {
            let port = choose(&members, turn).and_then(|address| address.socket());
            calls[usize::from(port.map_or(0, |socket| socket.port()))] += 1;
        }
        assert_eq!((calls[0], calls[2]), (0, 0), "{calls:?}");
        assert!((290..=310).contains(&calls[1]), "{calls:?}");
    }

    #[test]
    fn a_channel_without_a_share_has_nobody_to_call() {
        assert_eq!(choose(&channel(&[]), 0), None);
        assert_eq!(choose(&channel(&[0, 0]), 0), None);
    }
}
