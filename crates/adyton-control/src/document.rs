//! The OpenAPI document, made from the table: no path, type or status is written twice.
//!
//! `docs/reference/openapi.json` is the committed copy; a test compares the two, so that a changed contract shows in review.

use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathsBuilder, Ref, RefOr,
    Required, ResponseBuilder, Schema, Tag,
};
use utoipa::{PartialSchema, ToSchema};

use crate::dialect::Dialect;
use crate::dialect::iam::errors::KeystoneError;
use crate::endpoint::Kind;
use crate::envelope::ErrorBody;
use crate::table::{Access, Heading, Row, Table};

type Schemas = Vec<(String, RefOr<Schema>)>;

/// One operation's page, as its endpoint fills it in.
pub(crate) struct Page {
    operation: OperationBuilder,
    status: String,
    schemas: Schemas,
}

impl Page {
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

/// The document of `table`.
pub(crate) fn document(table: &Table) -> OpenApi {
    let mut schemas: Schemas = vec![
        ("ErrorBody".to_owned(), ErrorBody::schema()),
        ("KeystoneError".to_owned(), KeystoneError::schema()),
    ];
    KeystoneError::schemas(&mut schemas);
    let mut paths = PathsBuilder::new().build();
    for row in &table.rows {
        let operation = operation(row, &mut schemas);
        let path = row.heading.path.replace("{*", "{");
        paths.add_path_operation(path, vec![row.heading.verb.documented()], operation);
    }
    schemas.sort_by(|a, b| a.0.cmp(&b.0));
    schemas.dedup_by(|a, b| a.0 == b.0);
    let components = schemas
        .into_iter()
        .fold(ComponentsBuilder::new(), |built, (name, schema)| {
            built.schema(name, schema)
        })
        .security_scheme(
            "token",
            header("X-Auth-Token", "A token of `POST /v3/auth/tokens`"),
        )
        .security_scheme(
            "signature",
            header("Authorization", "SDK-HMAC-SHA256 with an access key"),
        );
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Adyton control plane")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "IAM, ModelArts and API Gateway as their clients know them, and Adyton's own addresses.",
                ))
                .build(),
        )
        .tags(Some(
            [Dialect::Iam, Dialect::ModelArts, Dialect::Apig, Dialect::Adyton]
                .map(|one| Tag::new(one.name())),
        ))
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

fn header(name: &str, description: &str) -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, description)))
}

fn operation(row: &Row, schemas: &mut Schemas) -> Operation {
    let heading = &row.heading;
    let mut page = Page {
        operation: start(heading, row.kind),
        status: heading.status.as_str().to_owned(),
        schemas: Vec::new(),
    };
    (row.describe)(&mut page);
    schemas.append(&mut page.schemas);
    page.operation.build()
}

/// What every operation says, whatever it takes and gives.
fn start(heading: &Heading, kind: Kind) -> OperationBuilder {
    let error = match heading.dialect {
        Dialect::Iam => "KeystoneError",
        Dialect::ModelArts | Dialect::Apig | Dialect::Adyton | Dialect::Door => "ErrorBody",
    };
    let refusal = ResponseBuilder::new()
        .description("A refusal")
        .content(
            "application/json",
            ContentBuilder::new()
                .schema(Some(RefOr::<Schema>::Ref(Ref::from_schema_name(error))))
                .build(),
        )
        .build();
    let operation = OperationBuilder::new()
        .tag(heading.dialect.name())
        .operation_id(Some(format!(
            "{}_{}",
            heading.name.replace("::", "_"),
            heading.verb.documented_name()
        )))
        .summary(Some(heading.summary))
        .response("default", refusal);
    let operation = parameters(&heading.path)
        .into_iter()
        .fold(operation, OperationBuilder::parameter);
    let operation = match kind {
        Kind::Open => operation,
        Kind::Called | Kind::Forwarded => secured(operation),
    };
    match heading.access {
        Access::Anyone | Access::SignedIn => operation,
        Access::May(action) => {
            operation.description(Some(format!("Needs the permission `{}`.", action.name())))
        }
    }
}

fn secured(operation: OperationBuilder) -> OperationBuilder {
    operation
        .security(SecurityRequirement::new("token", [] as [&str; 0]))
        .security(SecurityRequirement::new("signature", [] as [&str; 0]))
}

fn parameters(path: &str) -> Vec<Parameter> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            ParameterBuilder::new()
                .name(name.trim_start_matches('*'))
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build()
        })
        .collect()
}
