//! Servers that say what they are told to, over whatever carries it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// What a server does once it has been asked.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    Says(String),
    /// Says the first to whoever comes first, and the second to all after.
    SaysInTurn(String, String),
    /// Says this, and then this over and over.
    SaysForEver(String, String),
    /// Says this, and then a byte now and then.
    Drips(String),
    /// Says this before it was asked, and no more.
    Greets(String),
    Hangs,
    Closes,
}

/// A server, until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    sent: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Server {
    pub(crate) async fn start(does: Does) -> Self {
        Self::with(does, None).await
    }

    pub(crate) async fn with(does: Does, acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, sent) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = JoinSet::new();
        let (counted, written) = (Arc::clone(&connections), Arc::clone(&sent));
        tasks.spawn(async move {
            let mut served = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let is_first = counted.fetch_add(1, Ordering::SeqCst) == 0;
                let mut does = does.clone();
                if let Does::SaysInTurn(first, then) = does {
                    does = Does::Says(if is_first { first } else { then });
                }
                let (acceptor, written) = (acceptor.clone(), Arc::clone(&written));
                served.spawn(async move {
                    match acceptor {
                        None => answer(stream, &does, &written).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                answer(stream, &does, &written).await;
                            }
                        }
                    }
                });
                while served.try_join_next().is_some() {}
            }
        });
        Self { address, connections, sent, _tasks: tasks }
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }
}

pub(crate) fn answer_of(head: &str, body: &str) -> Does {
    Does::Says(format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, does: &Does, sent: &AtomicUsize) {
    if let Does::Greets(text) = does {
        let _ = stream.write_all(text.as_bytes()).await;
        return std::future::pending().await;
    }
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        let mut part = [0; 1024];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return,
            Ok(read) => asked.extend_from_slice(&part[..read]),
        }
    }
    let mut say = async |text: &str| {
        let said = stream.write_all(text.as_bytes()).await.is_ok() && stream.flush().await.is_ok();
        sent.fetch_add(text.len(), Ordering::SeqCst);
        said
    };
    match does {
        Does::Says(text) | Does::SaysInTurn(_, text) => {
            say(text).await;
        }
        Does::SaysForEver(first, then) => {
            let mut heard = say(first).await;
            while heard {
                heard = say(then).await;
            }
        }
        Does::Drips(first) => {
            let mut heard = say(first).await;
            while heard {
                tokio::time::sleep(Duration::from_millis(50)).await;
                heard = say("x").await;
            }
        }
        Does::Hangs | Does::Greets(_) => std::future::pending().await,
        Does::Closes => {}
    }
}
