//! Something outside that is known to be well.

use std::net::Ipv4Addr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use understudy_engine::HttpUrl;

const ANSWER: &[u8] = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
const REQUEST_MAX: usize = 4096;

#[derive(Debug)]
pub(super) struct Canary {
    pub(super) url: HttpUrl,
    _task: JoinSet<()>,
}

impl Canary {
    pub(super) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let url = url.parse().map_err(std::io::Error::other)?;
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Whoever hangs up before the answer has no use for it.
                tokio::spawn(async move { drop(answer(stream).await) });
            }
        });
        Ok(Self { url, _task: task })
    }
}

async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") && request.len() < REQUEST_MAX {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    stream.write_all(ANSWER).await?;
    stream.shutdown().await
}
