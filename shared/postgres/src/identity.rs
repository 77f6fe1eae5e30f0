//! What shows a probe that a server is the one that it asks for: a certificate of an authority made for the drill.

use crate::fault::PostgresFault;
use crate::install::Install;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// The authority's certificate, in PEM.
    pub(crate) authority: String,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Identity {
    /// Makes an authority, and writes a certificate of it for 127.0.0.1 into a folder.
    pub(crate) fn create(install: &Install, folder: &Path) -> Result<Self, PostgresFault> {
        let (authority, signed, private) = certificates().map_err(io::Error::other)?;
        let (certificate, key) = (folder.join("server.crt"), folder.join("server.key"));
        for (path, text) in [(&certificate, signed), (&key, private)] {
            std::fs::write(path, text)?;
            std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
            install.own(path)?;
        }
        Ok(Self { authority, certificate, key })
    }
}

/// The authority, a certificate of it, and that one's key.
fn certificates() -> Result<(String, String, String), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "an authority of one drill");
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let signed = CertificateParams::new(vec!["127.0.0.1".to_owned()])?.signed_by(&key, &authority)?;
    Ok((authority.pem(), signed.pem(), key.serialize_pem()))
}
