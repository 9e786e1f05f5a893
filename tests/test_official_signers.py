"""The official Python signers against the running gateway: with and without a body, a query, unusual paths."""

import pytest
import requests
from apigateway_sdk_python import signer as apig
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer as CoreSigner

CASES = {
    "a body": ("POST", "/only/post", "", '{"text":"The moon"}', "application/json"),
    "an empty body": ("POST", "/only/post", "", "", "application/json"),
    "an empty object": ("POST", "/only/post", "", "{}", "application/json"),
    "text that is not ASCII": ("POST", "/only/post", "", '{"text":"Ein Gruß, 月"}', "application/json"),
    "GET without a body": ("GET", "/only/get", "", "", None),
    "the API address itself": ("POST", "", "", "{}", "application/json"),
    "a query": ("POST", "/only/post", "?b=2&a=1&a=0", "{}", "application/json"),
    "a query without value": ("POST", "/only/post", "?flag&x=", "{}", "application/json"),
    "a query with spaces and signs": ("GET", "/only/get", "?q=a%20b%2Bc%26d&%C3%BC=%E6%9C%88", "", None),
    "a path with a space": ("POST", "/with%20space", "", "{}", "application/json"),
    "a path that is not ASCII": ("POST", "/gr%C3%BC%C3%9Fe", "", "{}", "application/json"),
    "a path with marks": ("POST", "/til~de_and-dot.and+plus", "", "{}", "application/json"),
    "a path that ends in a slash": ("POST", "/slash/", "", "{}", "application/json"),
    "an encoded slash": ("POST", "/a%2Fb", "", "{}", "application/json"),
    "a text body": ("POST", "/only/post", "", "plain text", "text/plain"),
    "DELETE": ("DELETE", "/anything", "", "", None),
    "PUT": ("PUT", "/anything", "?x=1", "{}", "application/json"),
}


def sign_as_app_sdk(key, secret, method, url, body, content_type):
    """With the signer of the API Gateway SDK."""
    headers = {"content-type": content_type} if content_type else {}
    request = apig.HttpRequest(method, url, headers, body)
    signer = apig.Signer()
    signer.Key, signer.Secret = key, secret
    signer.Sign(request)
    return f"{request.scheme}://{request.host}{request.uri}", request.headers, request.body


def sign_as_core_sdk(key, secret, method, url, body, content_type):
    """With the signer that all service SDKs share."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    path, _, query = (slash + path).partition("?")
    pairs = [(requests.utils.unquote(name), requests.utils.unquote(value)) for name, _, value in (part.partition("=") for part in query.split("&") if part)]
    request = SdkRequest(
        method, scheme, host, requests.utils.unquote(path), query_params=pairs, header_params={"Content-Type": content_type} if content_type else {}, body=body
    )
    request.resource_path = path
    signed = CoreSigner(BasicCredentials(key, secret, "project")).sign(request)
    return f"{scheme}://{host}{signed.uri}", signed.header_params, signed.body


@pytest.mark.parametrize("sign", [sign_as_app_sdk, sign_as_core_sdk], ids=["apig", "core"])
@pytest.mark.parametrize("who", ["aksk", "app"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_official_signer_is_understood(server, echo, admin_key, app, sign, who, case):
    method, path, query, body, content_type = case
    key, secret = (admin_key.key, admin_key.secret) if who == "aksk" else (app.key, app.secret)
    url, headers, content = sign(key, secret, method, server.gateway + echo.path + path + query, body, content_type)
    response = server.http.request(method, url, headers={name: str(value).encode("latin-1") for name, value in headers.items()}, data=content)
    assert response.status_code == 200, (response.text, response.headers.get("X-Adyton-Reason"), headers)
    seen = response.json()
    assert seen["method"] == method
    assert seen["body_bytes"] == len(body.encode())
    sent = {name for name, _ in seen["headers"]}
    assert not sent & {"authorization", "x-auth-token", "x-apig-appcode", "x-hw-appkey"}, "a credential reached the model"


def test_a_signature_over_unsigned_payload(server, echo, admin_key):
    """Official SDKs declare UNSIGNED-PAYLOAD for every content type that is not JSON."""
    url, headers, content = sign_as_core_sdk(
        admin_key.key, admin_key.secret, "POST", server.gateway + echo.path + "/only/post", "a=1", "application/x-www-form-urlencoded"
    )
    assert headers["X-Sdk-Content-Sha256"] == "UNSIGNED-PAYLOAD"
    assert server.http.post(url, headers=headers, data=content).status_code == 200
