//! Opens connections to endpoints: TCP, Unix sockets, and TLS over TCP.
//!
//! A certificate is checked against the certificate authorities that browsers trust and those of `gateway.backend_ca_file`, and must be for
//! the host of the address. Where people gave the address, each that its name leads to is checked first ([`Outgoing::denies`]).

use std::cell::RefCell;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use adyton_core::endpoint::{Endpoint, Host};
use adyton_core::fact::Fact;
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::Trust;
use super::names::Names;
use super::outgoing::Outgoing;
use crate::stream::Stream;

/// What connections are opened with.
#[derive(Default)]
pub(crate) struct Connector {
    names: Names,
    /// Made when the first connection needs it, and anew when other authorities are trusted.
    tls: RefCell<Option<(Arc<Outgoing>, TlsConnector)>>,
}

/// Why there is no connection.
#[derive(Debug)]
pub(crate) enum ConnectError {
    /// Nobody listens there, or their certificate is not for this host.
    Failed(io::Error),
    /// The address may not be called.
    AddressNotAllowed(Box<Fact>),
}

impl From<io::Error> for ConnectError {
    fn from(problem: io::Error) -> Self {
        Self::Failed(problem)
    }
}

impl Connector {
    /// Opens a connection, and speaks TLS on it where the endpoint does. `now` is the monotonic time.
    pub(crate) async fn connect(
        &self,
        endpoint: &Endpoint,
        trust: Trust,
        outgoing: &Arc<Outgoing>,
        now: Duration,
    ) -> Result<Stream, ConnectError> {
        match (endpoint, trust) {
            (Endpoint::Unix(path), Trust::Own) => Ok(UnixStream::connect(path).await?.into()),
            (Endpoint::Unix(_), Trust::Given) => {
                Err(ConnectError::AddressNotAllowed(Box::new(Fact::AddressSocket)))
            }
            (Endpoint::Tcp { host, port, tls }, _) => {
                let found;
                let known;
                let addresses = match host {
                    Host::Ip(ip) => {
                        known = [*ip];
                        &known[..]
                    }
                    Host::Name(name) => {
                        found = self.names.look_up(name, now).await?;
                        &found[..]
                    }
                };
                let stream = tcp(addresses, *port, trust, outgoing).await?;
                // An optimisation; a socket that refuses it works all the same.
                let _ = stream.set_nodelay(true);
                match tls {
                    false => Ok(stream.into()),
                    true => Ok(self.tls(outgoing)?.connect(name(host)?, stream).await?.into()),
                }
            }
        }
    }

    fn tls(&self, outgoing: &Arc<Outgoing>) -> io::Result<TlsConnector> {
        if let Some((of, tls)) = &*self.tls.borrow()
            && Arc::ptr_eq(of, outgoing)
        {
            return Ok(tls.clone());
        }
        let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        for authority in outgoing.authorities() {
            roots.add(authority.clone()).map_err(io::Error::other)?;
        }
        let made = connector(roots)?;
        self.tls.replace(Some((Arc::clone(outgoing), made.clone())));
        Ok(made)
    }
}

/// Connects to the first of the addresses that takes a connection, of those that may be called.
async fn tcp(
    addresses: &[IpAddr],
    port: u16,
    trust: Trust,
    outgoing: &Outgoing,
) -> Result<TcpStream, ConnectError> {
    let (mut denied, mut failed) = (None, None);
    for ip in addresses {
        let address = SocketAddr::new(*ip, port);
        let why = match trust {
            Trust::Own => None,
            Trust::Given => outgoing.denies(address),
        };
        if let Some(why) = why {
            denied = Some(ConnectError::AddressNotAllowed(Box::new(why)));
            continue;
        }
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(problem) => failed = Some(ConnectError::Failed(problem)),
        }
    }
    let nowhere = || io::Error::new(io::ErrorKind::NotFound, "the name has no address").into();
    Err(failed.or(denied).unwrap_or_else(nowhere))
}

/// TLS 1.2 and 1.3, with these authorities.
fn connector(roots: RootCertStore) -> io::Result<TlsConnector> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The host whose certificate is expected.
fn name(host: &Host) -> io::Result<ServerName<'static>> {
    match host {
        Host::Ip(ip) => Ok(ServerName::IpAddress((*ip).into())),
        Host::Name(name) => ServerName::try_from(name.to_string()).map_err(io::Error::other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use std::rc::Rc;

    use http::{Method, StatusCode};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, UnixListener};
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

    use super::*;
    use crate::outbox::{Outbox, Socket};
    use crate::upstream::connection::{IdleState, UpstreamConnection};
    use crate::upstream::outgoing::Reachable;
    use crate::upstream::request::OutgoingRequest;

    /// For `localhost` and 127.0.0.1, signed by itself, until the year 2126.
    const CERTIFICATE: &[u8] = include_bytes!("connect/localhost.pem");
    /// For `localhost`, `models.example` and 127.0.0.1, issued by a private authority, until the year 2126.
    const ISSUED: &[u8] = include_bytes!("connect/issued.pem");
    /// That authority.
    const AUTHORITY: &[u8] = include_bytes!("connect/private-authority.pem");

    fn certificate(pem: &[u8]) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(pem).unwrap()
    }

    /// A gateway on loopback that trusts this certificate.
    fn trusts(pem: &[u8]) -> Arc<Outgoing> {
        let outgoing = Outgoing::new(None, vec![certificate(pem)]);
        Arc::new(outgoing.listening_at(SocketAddr::from(([127, 0, 0, 1], 1))))
    }

    /// The same without an authority of its own.
    fn usual() -> Arc<Outgoing> {
        Arc::new(Outgoing::default().listening_at(SocketAddr::from(([127, 0, 0, 1], 1))))
    }

    async fn own(
        connector: &Connector,
        endpoint: &Endpoint,
        outgoing: &Arc<Outgoing>,
    ) -> Result<Stream, ConnectError> {
        connector
            .connect(endpoint, Trust::Own, outgoing, Duration::ZERO)
            .await
    }

    fn failure(connected: Result<Stream, ConnectError>) -> String {
        match connected {
            Ok(_) => panic!("it is connected"),
            Err(ConnectError::Failed(problem)) => problem.to_string(),
            Err(ConnectError::AddressNotAllowed(why)) => format!("denied: {}", why.words()),
        }
    }

    /// Answers each request on a connection with how long it was.
    async fn serve(mut stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin) {
        let mut request = Vec::new();
        loop {
            match stream.read_buf(&mut request).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            let Some(at) = request.windows(4).position(|end| end == b"\r\n\r\n") else {
                continue;
            };
            let head = String::from_utf8_lossy(&request[..at]).into_owned();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse::<usize>().unwrap());
            if request.len() < at + 4 + length {
                continue;
            }
            request.clear();
            let body = length.to_string();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.flush().await.unwrap();
        }
    }

    /// A TLS server with this certificate on a port of its own, which answers or hangs up.
    async fn tls_server(pem: &'static [u8], answers: bool) -> u16 {
        let key = PrivateKeyDer::from_pem_slice(pem).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate(pem)], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // Whoever does not trust the certificate leaves.
                if let (Ok(stream), true) = (acceptor.accept(stream).await, answers) {
                    tokio::spawn(serve(stream));
                }
            }
        });
        port
    }

    fn secure(host: Host, port: u16) -> Endpoint {
        Endpoint::Tcp {
            host,
            port,
            tls: true,
        }
    }

    fn localhost() -> Host {
        Host::Name("localhost".into())
    }

    /// Sends requests of several sizes over one connection.
    async fn converse(connector: &Connector, endpoint: &Endpoint, outgoing: &Arc<Outgoing>) {
        let outbox = Rc::new(Outbox::default());
        let sending = tokio::task::spawn_local(Rc::clone(&outbox).run());
        let stream = own(connector, endpoint, outgoing).await.unwrap();
        let mut connection = UpstreamConnection::new(Socket::new(stream, &outbox));
        // Within one turn's memory, beyond it, and beyond what a kernel takes at once.
        for length in [0, 10, 100_000, 8 << 20] {
            let request = OutgoingRequest::plain(Method::POST, vec![b'x'; length]);
            let head = connection.ask(&request).await.unwrap();
            assert_eq!(head.status, StatusCode::OK, "{length}");
            let body = connection.piece().await.unwrap().unwrap();
            assert_eq!(body, length.to_string());
            assert_eq!(connection.end(), IdleState::Quiet);
            assert_eq!(
                connection.idle_state(),
                IdleState::Quiet,
                "it takes another request"
            );
        }
        sending.abort();
    }

    fn run(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let bounded = async { tokio::time::timeout(Duration::from_secs(30), test).await.unwrap() };
        tokio::task::LocalSet::new().block_on(&runtime, bounded);
    }

    #[test]
    fn requests_go_over_tls_to_a_host_that_is_who_it_says() {
        run(async {
            let (connector, port) = (Connector::default(), tls_server(CERTIFICATE, true).await);
            let outgoing = trusts(CERTIFICATE);
            converse(&connector, &secure(localhost(), port), &outgoing).await;
            converse(
                &connector,
                &secure(Host::Ip([127, 0, 0, 1].into()), port),
                &outgoing,
            )
            .await;
        });
    }

    #[test]
    fn a_certificate_of_a_private_authority_is_trusted_once_that_is_set_and_not_any_more_when_it_is_not() {
        run(async {
            let (connector, port) = (Connector::default(), tls_server(ISSUED, true).await);
            let endpoint = secure(localhost(), port);
            let unknown = failure(own(&connector, &endpoint, &usual()).await);
            assert!(unknown.contains("UnknownIssuer"), "{unknown}");
            converse(&connector, &endpoint, &trusts(AUTHORITY)).await;
            let outgoing = trusts(AUTHORITY);
            let given = connector.connect(&endpoint, Trust::Given, &outgoing, Duration::ZERO);
            assert!(given.await.is_ok(), "of a back end, too");
            let unknown = failure(own(&connector, &endpoint, &usual()).await);
            assert!(unknown.contains("UnknownIssuer"), "{unknown}");
        });
    }

    #[test]
    fn a_certificate_that_nobody_vouches_for_or_that_is_anothers_is_refused() {
        run(async {
            let (connector, port) = (Connector::default(), tls_server(CERTIFICATE, true).await);
            let unknown = failure(own(&connector, &secure(localhost(), port), &usual()).await);
            assert!(unknown.contains("UnknownIssuer"), "{unknown}");
            connector
                .names
                .know("models.example", &[[127, 0, 0, 1].into()], Duration::ZERO);
            let foreign = secure(Host::Name("models.example".into()), port);
            let foreign = failure(own(&connector, &foreign, &trusts(CERTIFICATE)).await);
            assert!(foreign.contains("not valid for name"), "{foreign}");
        });
    }

    #[test]
    fn requests_go_over_a_unix_socket_of_an_instance_only() {
        run(async {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("model.sock");
            let listener = UnixListener::bind(&path).unwrap();
            tokio::spawn(async move {
                let (stream, _) = listener.accept().await.unwrap();
                serve(stream).await;
            });
            let (connector, endpoint) = (Connector::default(), Endpoint::Unix(path.as_path().into()));
            converse(&connector, &endpoint, &usual()).await;
            let outgoing = usual();
            let given = connector.connect(&endpoint, Trust::Given, &outgoing, Duration::ZERO);
            assert!(failure(given.await).starts_with("denied"));
            let missing = Endpoint::Unix(folder.path().join("none.sock").as_path().into());
            assert!(own(&connector, &missing, &usual()).await.is_err());
        });
    }

    #[test]
    fn a_connection_that_the_other_side_closes_is_not_used_again() {
        run(async {
            let (connector, outbox) = (Connector::default(), Rc::new(Outbox::default()));
            let port = tls_server(CERTIFICATE, false).await;
            let stream = own(&connector, &secure(localhost(), port), &trusts(CERTIFICATE))
                .await
                .unwrap();
            let connection = UpstreamConnection::new(Socket::new(stream, &outbox));
            while connection.idle_state() == IdleState::Quiet {
                tokio::task::yield_now().await;
            }
            assert_eq!(connection.idle_state(), IdleState::Closed);
        });
    }

    /// A name is checked each time by where it leads, so an answer that changes brings nobody in.
    #[test]
    fn a_name_leads_to_addresses_that_may_be_called_and_to_no_others() {
        run(async {
            let (connector, listener) = (
                Connector::default(),
                TcpListener::bind("127.0.0.1:0").await.unwrap(),
            );
            let port = listener.local_addr().unwrap().port();
            let endpoint = Endpoint::Tcp {
                host: Host::Name("back.example".into()),
                port,
                tls: false,
            };
            let only_two = Outgoing::new(
                Some(vec![Reachable::Range("127.0.0.2".parse().unwrap())]),
                Vec::new(),
            );
            let only_two = Arc::new(only_two.listening_at(SocketAddr::from(([127, 0, 0, 1], 1))));
            let given = async |addresses: &[IpAddr]| {
                connector.names.know("back.example", addresses, Duration::ZERO);
                connector
                    .connect(&endpoint, Trust::Given, &only_two, Duration::ZERO)
                    .await
            };
            let (forbidden, allowed) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
            // Nobody listens at the allowed one, and whoever listens at the other one is not asked in its place.
            for both in [[forbidden, allowed], [allowed, forbidden]] {
                let problem = failure(given(&both).await);
                assert!(problem.contains("refused"), "{problem}");
            }
            let denied = failure(given(&[forbidden]).await);
            assert_eq!(
                denied,
                format!(
                    "denied: 127.0.0.1:{port} is a loopback address, which `gateway.backend_allow` does not allow"
                )
            );
            let second = TcpListener::bind(("127.0.0.2", port)).await.unwrap();
            assert!(given(&[forbidden, allowed]).await.is_ok());
            second.accept().await.unwrap();
            let nobody = tokio::time::timeout(Duration::ZERO, listener.accept()).await;
            assert!(nobody.is_err(), "the forbidden one was called");
            // An instance of this node's own is called wherever it is.
            let own = connector
                .connect(&endpoint, Trust::Own, &only_two, Duration::ZERO)
                .await;
            assert!(own.is_ok());
        });
    }
}
