//! TLS as the probe speaks it: every certificate verified, by the public authorities and those that an application names.

use crate::observation::{Bad, Observation, Stage, Unsure};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use understudy_engine::Certificates;

/// One configuration for each set of authorities, made once.
#[derive(Debug, Default)]
pub(crate) struct Trust(Mutex<BTreeMap<Option<Certificates>, Arc<ClientConfig>>>);

impl Trust {
    pub(crate) fn config(&self, authorities: Option<&Certificates>) -> Result<Arc<ClientConfig>, Observation> {
        let mut configs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = configs.get(&authorities.cloned()) {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(made(authorities).ok_or(Observation::Unsure(Unsure::BadAuthorities))?);
        configs.insert(authorities.cloned(), Arc::clone(&config));
        Ok(config)
    }
}

fn made(authorities: Option<&Certificates>) -> Option<ClientConfig> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in CertificateDer::pem_slice_iter(authorities.map_or("", |pem| pem.as_str()).as_bytes()) {
        roots.add(certificate.ok()?).ok()?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    let mut config = versions.with_root_certificates(roots).with_no_client_auth();
    // A resumed session would not show that the certificate is still good.
    config.resumption = rustls::client::Resumption::disabled();
    Some(config)
}

pub(crate) async fn secured(
    config: Arc<ClientConfig>,
    host: &str,
    stream: TcpStream,
) -> io::Result<TlsStream<TcpStream>> {
    let name =
        ServerName::try_from(host.to_owned()).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    TlsConnector::from(config).connect(name, stream).await
}

/// What a failed handshake, or a connection that broke, says of the target.
pub(crate) fn broken(error: &io::Error, stage: Stage) -> Observation {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match tls {
        // The operating system's own words for the rest.
        None => crate::connect::failed(error, stage),
        Some(rustls::Error::InvalidCertificate(problem)) => {
            Observation::Unsure(Unsure::Untrusted { problem: problem.to_string() })
        }
        Some(problem) => Observation::Unsure(Unsure::NoTls { problem: problem.to_string() }),
    }
}

/// A connection that ended where more was to come.
pub(crate) fn closed() -> Observation {
    Observation::Bad(Bad::Closed)
}
