//! One operation's page in the OpenAPI document, as the types of its endpoint fill it in.

use utoipa::ToSchema;
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder, Schema};

/// Schemas by their names.
pub(crate) type Schemas = Vec<(String, RefOr<Schema>)>;

/// One operation's page, as its endpoint fills it in.
pub(crate) struct Page {
    operation: OperationBuilder,
    status: String,
    schemas: Schemas,
    /// Reads what a call sends, as its endpoint does.
    #[cfg(test)]
    pub(crate) reads: Vec<ReadPayload>,
}

/// Reads a payload, and says what is wrong.
#[cfg(test)]
pub(crate) type ReadPayload = fn(&crate::payload::Payload) -> Option<crate::failure::Failure>;

impl Page {
    /// A page whose success has this status, begun with what every operation says.
    pub(crate) fn new(begun: OperationBuilder, status: String) -> Self {
        Self {
            operation: begun,
            status,
            schemas: Vec::new(),
            #[cfg(test)]
            reads: Vec::new(),
        }
    }
    /// The operation, and the schemas that it refers to.
    pub(crate) fn finish(self) -> (Operation, Schemas) {
        (self.operation.build(), self.schemas)
    }
    /// The query's parameters.
    pub(crate) fn parameters(&mut self, parameters: Vec<Parameter>) {
        self.change(|operation| {
            parameters
                .into_iter()
                .fold(operation, OperationBuilder::parameter)
        });
    }
    /// A JSON request body.
    pub(crate) fn takes<T: ToSchema>(&mut self) {
        let schema = self.reference::<T>();
        let body = RequestBodyBuilder::new()
            .required(Some(Required::True))
            .content(
                "application/json",
                ContentBuilder::new().schema(Some(schema)).build(),
            )
            .build();
        self.change(|operation| operation.request_body(Some(body)));
    }
    /// A body that is read as it comes.
    pub(crate) fn streams(&mut self) {
        let body = RequestBodyBuilder::new()
            .content(
                "application/octet-stream",
                ContentBuilder::new().schema(Some(bytes())).build(),
            )
            .build();
        self.change(|operation| operation.request_body(Some(body)));
    }
    /// A JSON answer.
    pub(crate) fn gives<T: ToSchema>(&mut self) {
        let schema = self.reference::<T>();
        self.response("application/json", Some(schema));
    }
    /// An answer without a body.
    pub(crate) fn gives_nothing(&mut self) {
        self.response("", None);
    }
    /// An answer in a format of its own.
    pub(crate) fn gives_bytes(&mut self) {
        self.response("*/*", Some(bytes()));
    }
    /// A stream of events.
    pub(crate) fn gives_events(&mut self) {
        self.response("text/event-stream", Some(bytes()));
    }
    fn response(&mut self, media: &str, schema: Option<RefOr<Schema>>) {
        let response = ResponseBuilder::new().description("Success");
        let response = match schema {
            Some(schema) => response.content(media, ContentBuilder::new().schema(Some(schema)).build()),
            None => response,
        };
        let status = self.status.clone();
        self.change(|operation| operation.response(status, response.build()));
    }
    fn reference<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        RefOr::Ref(Ref::from_schema_name(T::name()))
    }
    fn change(&mut self, with: impl FnOnce(OperationBuilder) -> OperationBuilder) {
        let operation = std::mem::take(&mut self.operation);
        self.operation = with(operation);
    }
}

fn bytes() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).into()
}
