use std::error::Error;
use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What may go wrong with a connection.
pub(crate) type Fault = Box<dyn Error + Send + Sync>;

/// A connection that is kept, and who sends over it.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
    user: HeaderValue,
}

/// A request, before it is HTTP.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<String>,
    /// The position that the caller has seen.
    pub(crate) after: u64,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    /// Where in the log it is, if it changed something.
    pub(crate) position: Option<u64>,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) const fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            body: None,
            after: 0,
        }
    }

    pub(crate) const fn post(path: String) -> Self {
        Self {
            method: Method::POST,
            path,
            body: None,
            after: 0,
        }
    }

    pub(crate) const fn delete(path: String) -> Self {
        Self {
            method: Method::DELETE,
            path,
            body: None,
            after: 0,
        }
    }

    pub(crate) fn json(self, body: String) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    pub(crate) fn after(self, after: u64) -> Self {
        Self { after, ..self }
    }
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr, user: &str) -> Result<Self, Fault> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // What goes wrong with it, its next request meets.
        tokio::spawn(connection);
        Ok(Self {
            sender,
            host: HeaderValue::try_from(address.to_string())?,
            user: HeaderValue::try_from(user)?,
        })
    }

    pub(crate) async fn send(&mut self, call: Call) -> Result<Reply, Fault> {
        let mut request = Request::builder()
            .method(call.method)
            .uri(call.path)
            .header(HOST, self.host.clone())
            .header("x-user", self.user.clone())
            .header("x-roles", "customer,clerk");
        if call.after > 0 {
            request = request.header("x-after", call.after);
        }
        if call.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(Full::from(call.body.unwrap_or_default()))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let position = response.headers().get("x-position");
        let position = position.and_then(|position| position.to_str().ok()?.parse().ok());
        Ok(Reply {
            status: response.status(),
            position,
            body: response.into_body().collect().await?.to_bytes(),
        })
    }
}
