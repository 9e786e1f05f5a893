//! Keys of the whole chain (date, region, service, end) with regions and services that the table does not name: those that the host
//! speaks of, and then well-known ones.
//!
//! Each link is made once and its beginning kept, and the canonical request stays, so that a pair costs a kilobyte. What is
//! tried is bounded by the budget of what comes last (`late.rs`).

use adyton_core::digest::Sha256;
use hmac::{Hmac, KeyInit as _, Mac as _};
use zeroize::Zeroizing;

use super::late::LATE_WORK_MAX;
use super::recipe::{AutopsyInput, hex};
use crate::signature::Signature;

/// Regions of the clouds whose signers are borrowed.
const REGIONS: [&str; 24] = [
    "cn-north-4",
    "cn-north-1",
    "cn-north-9",
    "cn-east-2",
    "cn-east-3",
    "cn-east-4",
    "cn-south-1",
    "cn-southwest-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "region-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "eu-north-1",
    "eu-west-101",
    "ap-northeast-1",
    "ap-south-1",
    "cn-northwest-1",
];

/// What these signers are told to sign for.
const SERVICES: [&str; 6] = [
    "execute-api",
    "apigateway",
    "apig",
    "modelarts",
    "sagemaker",
    "lambda",
];

/// What stands before the secret, and the end of the chain.
const DIALECTS: [(&str, &str); 4] = [
    ("AWS4", "aws4_request"),
    ("SDK", "sdk_request"),
    ("", "aws4_request"),
    ("", "sdk_request"),
];

/// So many parts of a host are taken for a region or a service.
const PARTS_MOST: usize = 6;

/// What an HMAC costs in bytes hashed: the two pads of its key, and each block.
const BLOCK: usize = 64;

/// Whether the signature is made with a key of such a chain; `canonical` is the right canonical request.
pub(super) fn key(scene: &AutopsyInput<'_>, secret: &[u8], canonical: &[u8], work: &mut usize) -> bool {
    let date = scene.head.first("x-sdk-date").unwrap_or_default();
    let Some(day) = date.get(..8) else {
        return false;
    };
    let search = Search {
        scene,
        day,
        date: &date,
        hash: hex(Sha256::of(canonical)),
    };
    let host = String::from_utf8_lossy(&scene.host()).to_ascii_lowercase();
    let (regions, services) = named(&host);
    let all = |named: &[&'static str], own: &[&str]| -> Vec<String> {
        own.iter().chain(named).map(|one| (*one).to_owned()).collect()
    };
    // What the host says comes first, in every dialect; then what is well known, in the commonest.
    (!regions.is_empty() || !services.is_empty())
        && search.any(
            secret,
            &DIALECTS,
            &all(&[], &regions),
            &all(&SERVICES, &services),
            work,
        )
        || search.any(
            secret,
            &DIALECTS[..1],
            &all(&REGIONS, &[]),
            &all(&SERVICES, &services),
            work,
        )
}

/// The parts of a host that may be a region, and those that may be a service: `apigateway.eu-central-1.example.com`.
fn named(host: &str) -> (Vec<&str>, Vec<&str>) {
    let name = host.split(':').next().unwrap_or_default();
    let parts = name.split('.').filter(|part| !part.is_empty()).take(PARTS_MOST);
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    parts
        .filter(|part| !is_number(part))
        .partition(|part| part.contains('-') && part.ends_with(|last: char| last.is_ascii_digit()))
}

/// A message authentication that is begun with a key.
type Begun = Hmac<sha2::Sha256>;

fn begun(key: &[u8], work: &mut usize) -> Option<Begun> {
    *work += 2 * BLOCK;
    Begun::new_from_slice(key).ok()
}

/// The next link of a chain.
fn link(key: &Begun, text: &[u8], work: &mut usize) -> Zeroizing<[u8; 32]> {
    *work += 2 * BLOCK;
    let mut mac = key.clone();
    mac.update(text);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

struct Search<'s> {
    scene: &'s AutopsyInput<'s>,
    day: &'s [u8],
    date: &'s [u8],
    hash: Vec<u8>,
}

impl Search<'_> {
    fn any(
        &self,
        secret: &[u8],
        dialects: &[(&str, &str)],
        regions: &[String],
        services: &[String],
        work: &mut usize,
    ) -> bool {
        dialects.iter().any(|(prefix, end)| {
            let start = Zeroizing::new([prefix.as_bytes(), secret].concat());
            let dated = begun(&start, work).map(|key| link(&key, self.day, work));
            let Some(dated) = dated.and_then(|dated| begun(&*dated, work)) else {
                return false;
            };
            regions.iter().any(|region| {
                let Some(regional) = begun(&*link(&dated, region.as_bytes(), work), work) else {
                    return false;
                };
                services.iter().any(|service| {
                    if *work >= LATE_WORK_MAX {
                        return false;
                    }
                    let of_service = begun(&*link(&regional, service.as_bytes(), work), work);
                    let last = of_service.and_then(|key| begun(&*link(&key, end.as_bytes(), work), work));
                    last.is_some_and(|key| self.fits(&key, &format!("{region}/{service}/{end}"), work))
                })
            })
        })
    }

    /// Whether the key gives the signature: with the scope in the string to sign, under either name, or without it.
    fn fits(&self, key: &Begun, scope: &str, work: &mut usize) -> bool {
        let scope = [self.day, b"/", scope.as_bytes(), b"\n"].concat();
        [
            (&b"SDK-HMAC-SHA256\n"[..], &b""[..]),
            (b"AWS4-HMAC-SHA256\n", &scope),
            (b"SDK-HMAC-SHA256\n", &scope),
        ]
        .into_iter()
        .any(|(algorithm, scope)| {
            *work += 4 * BLOCK;
            let mut mac = key.clone();
            for piece in [algorithm, self.date, b"\n", scope, &self.hash] {
                mac.update(piece);
            }
            Signature::from_bytes(mac.finalize().into_bytes().into()) == self.scene.authorization.signature
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_names_regions_and_services() {
        let (regions, services) = named("b7a.execute-api.eu-south-2.amazonaws.com:8080");
        assert_eq!(regions, ["eu-south-2"]);
        assert_eq!(services, ["b7a", "execute-api", "amazonaws", "com"]);
        for nameless in ["127.0.0.1:8080", "", "[::1]:8080", "...."] {
            assert!(named(nameless).0.is_empty(), "{nameless}");
        }
        assert_eq!(named("127.0.0.1").1, [""; 0]);
    }
}
