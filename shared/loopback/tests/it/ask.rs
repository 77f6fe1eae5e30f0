//! What another terminal would type.

use hickory_proto::op::{Edns, Message, Query, ResponseCode};
use hickory_proto::rr::rdata::opt::{ClientSubnet, EdnsCode, EdnsOption};
use hickory_proto::rr::{Name, RData, RecordType};
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;
use understudy_loopback::Place;

const PATIENCE: Option<Duration> = Some(Duration::from_secs(10));

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: ResponseCode,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) texts: Vec<String>,
    pub(crate) authorities: usize,
    pub(crate) ttl: Option<u32>,
    /// For how many bits of the client's subnet it holds.
    pub(crate) scope: Option<u8>,
}

fn question(name: &str, kind: RecordType, from: Option<Place>) -> Vec<u8> {
    let mut message = Message::query();
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), kind));
    if let Some(place) = from {
        let mut edns = Edns::new();
        edns.options_mut().insert(EdnsOption::Subnet(ClientSubnet::new(place.address().into(), 24, 0)));
        message.set_edns(edns);
    }
    message.to_vec().unwrap()
}

pub(crate) fn dns(server: SocketAddr, name: &str, kind: RecordType, from: Option<Place>) -> Answer {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_read_timeout(PATIENCE).unwrap();
    socket.send_to(&question(name, kind, from), server).unwrap();
    let mut buffer = [0; 1500];
    let (read, _) = socket.recv_from(&mut buffer).unwrap();
    understood(&buffer[..read])
}

pub(crate) fn dns_over_tcp(server: SocketAddr, name: &str, kind: RecordType) -> Answer {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(PATIENCE).unwrap();
    let question = question(name, kind, None);
    stream.write_all(&u16::try_from(question.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(&question).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut answer).unwrap();
    understood(&answer)
}

fn understood(bytes: &[u8]) -> Answer {
    let message = Message::from_vec(bytes).unwrap();
    let (mut addresses, mut texts) = (Vec::new(), Vec::new());
    for record in &message.answers {
        if let RData::A(address) = &record.data {
            addresses.push(IpAddr::V4(address.0));
        } else if let RData::TXT(text) = &record.data {
            texts.extend(text.txt_data.iter().map(|part| String::from_utf8(part.to_vec()).unwrap()));
        } else {
            panic!("{record:?}");
        }
    }
    let subnet = message.edns.as_ref().and_then(|edns| edns.option(EdnsCode::Subnet).cloned());
    let scope = subnet.map(|option| {
        let EdnsOption::Subnet(subnet) = option else { panic!("{option:?}") };
        subnet.scope_prefix()
    });
    let ttl = message.answers.first().map(|record| record.ttl);
    Answer {
        code: message.metadata.response_code,
        addresses,
        texts,
        authorities: message.authorities.len(),
        ttl,
        scope,
    }
}

/// The status and the whole answer.
pub(crate) fn http(address: SocketAddr, method: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(PATIENCE).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    (answer.split_whitespace().nth(1).unwrap().parse().unwrap(), answer)
}

/// Whether anything at all is answered within a moment.
pub(crate) fn is_silent(address: SocketAddr, path: &str) -> bool {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(150))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    stream.read(&mut [0]).is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
}
