//! Who calls the shop.

use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{HeaderMap, Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// Somebody with a connection.
pub(crate) struct Caller {
    sender: SendRequest<Full<Bytes>>,
    address: SocketAddr,
    headers: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Caller {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let headers = Vec::new();
        Self {
            sender,
            address,
            headers,
        }
    }

    /// Every call has this header.
    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.call(Method::GET, path, &[], "").await
    }

    pub(crate) async fn get_after(&mut self, path: &str, after: u64) -> Reply {
        let after = [("x-after", &*after.to_string())];
        self.call(Method::GET, path, &after, "").await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &str) -> Reply {
        self.call(Method::POST, path, &[], body).await
    }

    pub(crate) async fn post_as(&mut self, key: &str, path: &str, body: &str) -> Reply {
        let key = [("idempotency-key", key)];
        self.call(Method::POST, path, &key, body).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Reply {
        self.call(Method::DELETE, path, &[], "").await
    }

    pub(crate) async fn call(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let reply = self.try_call(method, path, headers, body).await;
        reply.expect("an answer")
    }

    /// `None` if the connection ended before there was an answer.
    pub(crate) async fn try_call(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Option<Reply> {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(HOST, self.address.to_string());
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(Full::from(body.to_owned())).unwrap();
        self.sender.ready().await.ok()?;
        let response = self.sender.send_request(request).await.ok()?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        Some(Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}

impl Reply {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// It is a problem of this status and code.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) -> Value {
        let problem = self.json();
        assert_eq!((self.status, &problem["code"]), (status, &code.into()));
        assert_eq!(problem["status"], status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        problem
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Where in the log it is.
    #[track_caller]
    pub(crate) fn position(&self) -> u64 {
        self.header("x-position").parse().unwrap()
    }

    /// The order that it is about.
    #[track_caller]
    pub(crate) fn order(&self) -> String {
        self.json()["order"].as_str().unwrap().to_owned()
    }
}
