//! Certificates: who is believed to be the target, and who is not.

use crate::scene::{ask, duty, trusting};
use crate::server::{Does, Server, answer_of};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use understudy_prober::{Good, Observation, Unsure};

/// An authority that nobody trusts who is not told to.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key.
pub(crate) struct Signed {
    pub(crate) certificate: String,
    pub(crate) key: KeyPair,
    der: CertificateDer<'static>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "an authority of tests");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn sign(&self, name: &str) -> Signed {
        self.sign_with(CertificateParams::new(vec![name.to_owned()]).unwrap())
    }

    fn sign_with(&self, params: CertificateParams) -> Signed {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Signed { certificate: certificate.pem(), der: certificate.der().clone(), key }
    }
}

impl Signed {
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        TlsAcceptor::from(Arc::new(config.with_single_cert(vec![self.der.clone()], key).unwrap()))
    }
}

async fn serve(signed: &Signed) -> Server {
    Server::with(answer_of("200 OK", ""), Some(signed.acceptor())).await
}

fn at(host: &str, server: &Server) -> Value {
    json!({"http": {"url": format!("https://{host}:{}/", server.address.port())}})
}

fn is_untrusted(observation: &Observation, why: &str) -> bool {
    matches!(observation, Observation::Unsure(Unsure::Untrusted { problem }) if problem.contains(why))
}

#[tokio::test]
async fn a_certificate_of_an_authority_that_the_application_names_is_believed() {
    let authority = Authority::new();
    let server = serve(&authority.sign("localhost")).await;
    let observation = ask(&trusting(&at("localhost", &server), &authority.pem())).await;
    assert_eq!(observation, Observation::Good(Good::Answered { status: 200 }));
}

#[tokio::test]
async fn one_of_an_authority_that_nobody_named_proves_nothing_of_the_target() {
    let server = serve(&Authority::new().sign("localhost")).await;
    let observation = ask(&duty(&at("localhost", &server))).await;
    assert!(is_untrusted(&observation, "UnknownIssuer"), "{observation:?}");
    let other = Authority::new();
    let observation = ask(&trusting(&at("localhost", &server), &other.pem())).await;
    assert!(matches!(observation, Observation::Unsure(Unsure::Untrusted { .. })), "{observation:?}");
}

#[tokio::test]
async fn one_of_another_name_proves_nothing_of_the_target() {
    let authority = Authority::new();
    let server = serve(&authority.sign("elsewhere.example.com")).await;
    let observation = ask(&trusting(&at("localhost", &server), &authority.pem())).await;
    assert!(is_untrusted(&observation, "not valid for name"), "{observation:?}");
}

#[tokio::test]
async fn one_whose_time_is_over_proves_nothing_of_the_target() {
    let authority = Authority::new();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let server = serve(&authority.sign_with(params)).await;
    let observation = ask(&trusting(&at("localhost", &server), &authority.pem())).await;
    assert!(is_untrusted(&observation, "expired"), "{observation:?}");
}

#[tokio::test]
async fn what_speaks_no_tls_is_unknown() {
    let server = Server::start(Does::Greets("220 mail.example.com ESMTP\r\n".to_owned())).await;
    let observation = ask(&duty(&at("localhost", &server))).await;
    assert!(matches!(observation, Observation::Unsure(Unsure::NoTls { .. })), "{observation:?}");
}

#[tokio::test]
async fn a_certificate_of_an_authority_that_cannot_be_read_is_said_and_trusts_nobody() {
    let server = serve(&Authority::new().sign("localhost")).await;
    let broken = "-----BEGIN CERTIFICATE-----\nMIIBAA==\n-----END CERTIFICATE-----\n";
    let observation = ask(&trusting(&at("localhost", &server), broken)).await;
    assert_eq!(observation, Observation::Unsure(Unsure::BadAuthorities));
}
