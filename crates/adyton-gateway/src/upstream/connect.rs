//! Opens connections to endpoints: TCP, Unix sockets, and TLS over TCP.
//!
//! A certificate is checked against the certificate authorities that browsers trust, and must be for the host of the address.

use std::cell::OnceCell;
use std::io;
use std::sync::Arc;

use adyton_runtime::targets::address::{Endpoint, Host};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::stream::Stream;

/// What connections are opened with.
#[derive(Default)]
pub(crate) struct Connector {
    /// Made when the first connection needs it.
    tls: OnceCell<TlsConnector>,
}

impl Connector {
    /// Opens a connection, and speaks TLS on it where the endpoint does.
    ///
    /// # Errors
    /// Nobody listens there, or their certificate is not for this host.
    pub(crate) async fn connect(&self, endpoint: &Endpoint) -> io::Result<Stream> {
        match endpoint {
            Endpoint::Unix(path) => Ok(UnixStream::connect(path).await?.into()),
            Endpoint::Tcp { host, port, tls } => {
                let stream = match host {
                    Host::Ip(ip) => TcpStream::connect((*ip, *port)).await?,
                    Host::Name(name) => TcpStream::connect((&**name, *port)).await?,
                };
                // An optimisation; a socket that refuses it works all the same.
                let _ = stream.set_nodelay(true);
                match tls {
                    false => Ok(stream.into()),
                    true => Ok(self.tls()?.connect(name(host)?, stream).await?.into()),
                }
            }
        }
    }

    fn tls(&self) -> io::Result<&TlsConnector> {
        if let Some(tls) = self.tls.get() {
            return Ok(tls);
        }
        let roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let made = connector(roots)?;
        Ok(self.tls.get_or_init(|| made))
    }
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
    use std::time::Duration;

    use http::{Method, StatusCode};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, UnixListener};
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

    use super::*;
    use crate::outbox::{Outbox, Socket};
    use crate::upstream::line::{Line, Rest};
    use crate::upstream::request::Onward;

    /// For `localhost` and 127.0.0.1, signed by itself, until the year 2126.
    const CERTIFICATE: &[u8] = include_bytes!("connect/localhost.pem");

    fn certificate() -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(CERTIFICATE).unwrap()
    }

    /// One that trusts the certificate of the tests.
    fn trusting() -> Connector {
        let mut roots = RootCertStore::empty();
        roots.add(certificate()).unwrap();
        let made = Connector::default();
        assert!(made.tls.set(connector(roots).unwrap()).is_ok());
        made
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

    /// A TLS server on a port of its own, which answers or hangs up.
    async fn tls_server(answers: bool) -> u16 {
        let key = PrivateKeyDer::from_pem_slice(CERTIFICATE).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate()], key)
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
    async fn converse(connector: &Connector, endpoint: &Endpoint) {
        let outbox = Rc::new(Outbox::default());
        let sending = tokio::task::spawn_local(Rc::clone(&outbox).run());
        let stream = connector.connect(endpoint).await.unwrap();
        let mut line = Line::new(Socket::new(stream, &outbox));
        // Within one turn's memory, beyond it, and beyond what a kernel takes at once.
        for length in [0, 10, 100_000, 8 << 20] {
            let request = Onward::plain(Method::POST, vec![b'x'; length]);
            let head = line.ask(&request).await.unwrap();
            assert_eq!(head.status, StatusCode::OK, "{length}");
            let body = line.piece().await.unwrap().unwrap();
            assert_eq!(body, length.to_string());
            assert_eq!(line.end(), Rest::Quiet);
            assert_eq!(line.rest(), Rest::Quiet, "it takes another request");
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
            let (connector, port) = (trusting(), tls_server(true).await);
            converse(&connector, &secure(localhost(), port)).await;
            converse(&connector, &secure(Host::Ip([127, 0, 0, 1].into()), port)).await;
        });
    }

    #[test]
    fn a_certificate_that_nobody_vouches_for_or_that_is_anothers_is_refused() {
        run(async {
            let port = tls_server(true).await;
            let Err(unknown) = Connector::default().connect(&secure(localhost(), port)).await else {
                panic!("nobody vouches for it")
            };
            assert!(unknown.to_string().contains("UnknownIssuer"), "{unknown}");
            let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let (connector, asked) = (trusting(), name(&Host::Name("models.example".into())).unwrap());
            let Err(foreign) = connector.tls().unwrap().connect(asked, stream).await else {
                panic!("it is another's")
            };
            assert!(foreign.to_string().contains("not valid for name"), "{foreign}");
        });
    }

    #[test]
    fn requests_go_over_a_unix_socket() {
        run(async {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("model.sock");
            let listener = UnixListener::bind(&path).unwrap();
            tokio::spawn(async move {
                let (stream, _) = listener.accept().await.unwrap();
                serve(stream).await;
            });
            converse(&Connector::default(), &Endpoint::Unix(path.as_path().into())).await;
            let missing = Endpoint::Unix(folder.path().join("none.sock").as_path().into());
            assert!(Connector::default().connect(&missing).await.is_err());
        });
    }

    #[test]
    fn a_connection_that_the_other_side_closes_is_not_used_again() {
        run(async {
            let (connector, outbox) = (trusting(), Rc::new(Outbox::default()));
            let port = tls_server(false).await;
            let stream = connector.connect(&secure(localhost(), port)).await.unwrap();
            let line = Line::new(Socket::new(stream, &outbox));
            while line.rest() == Rest::Quiet {
                tokio::task::yield_now().await;
            }
            assert_eq!(line.rest(), Rest::Closed);
        });
    }
}
