"""Clients that people already have, unchanged: OpenStack's keystoneauth1 and the official service SDKs."""

import pytest
from huaweicloudsdkapig.v2 import (
    ApigClient,
    AppCreate,
    AppResetCreate,
    CreateAnAppV2Request,
    CreateAppCodeAutoV2Request,
    DeleteAppV2Request,
    ListAppsV2Request,
    ResettingAppSecretV2Request,
    ShowDetailsOfAppV2Request,
)
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkiam.v3 import IamClient, KeystoneListProjectsRequest, ShowDomainQuotaRequest, ShowProjectQuotaRequest
from keystoneauth1 import exceptions as keystone_errors
from keystoneauth1 import session
from keystoneauth1.identity import v3

from harness.callers import TokenHolder, call, instance_id


@pytest.fixture
def keystone(server):
    first = server.bootstrap

    def auth(**changes):
        fields = {
            "auth_url": f"{server.control}/v3",
            "username": first["user"]["name"],
            "password": first["password"],
            "user_domain_name": first["domain"]["name"],
            "project_name": first["project"]["name"],
            "project_domain_name": first["domain"]["name"],
        }
        return v3.Password(**(fields | changes))

    return auth


def test_keystoneauth_gets_a_token_that_works(server, echo, keystone):
    client = session.Session(auth=keystone())
    token = client.get_token()
    assert call(server, TokenHolder(token), echo.path).status == 200
    assert client.get_project_id() == server.project
    assert client.get_user_id() == server.bootstrap["user"]["id"]
    listed = client.get(f"{server.control}/v1/{server.project}/services")
    assert echo.id in {service["service_id"] for service in listed.json()["services"]}


def test_keystoneauth_discovers_the_version(server, keystone):
    # Given the root instead of /v3, the client asks for the versions first.
    client = session.Session(auth=keystone(auth_url=server.control))
    assert client.get_token()


def test_keystoneauth_understands_a_refusal(server, keystone):
    with pytest.raises(keystone_errors.Unauthorized) as refused:
        session.Session(auth=keystone(password="wrong-Pass-1")).get_token()
    assert "username or password is wrong" in str(refused.value)


def test_keystoneauth_renews_a_token_by_itself(server, keystone):
    client = session.Session(auth=keystone())
    first = client.get_token()
    server.http.delete(f"{server.control}/v3/auth/tokens", headers={"X-Auth-Token": first, "X-Subject-Token": first})
    assert client.get(f"{server.control}/v1/{server.project}/models").status_code == 200
    assert client.get_token() != first


@pytest.fixture
def credentials(server):
    first = server.bootstrap
    return BasicCredentials(first["access_key"], first["secret_key"], server.project)


@pytest.fixture
def apig(server, credentials):
    return ApigClient.new_builder().with_credentials(credentials).with_endpoint(server.control).build()


def test_the_gateway_sdk_manages_apps(server, apig):
    instance = instance_id(server)
    made = apig.create_an_app_v2(CreateAnAppV2Request(instance_id=instance, body=AppCreate(name="by-the-sdk")))
    assert len(made.app_key) == 32 and made.app_secret
    code = apig.create_app_code_auto_v2(CreateAppCodeAutoV2Request(instance_id=instance, app_id=made.id))
    assert 64 <= len(code.app_code) <= 180
    listed = apig.list_apps_v2(ListAppsV2Request(instance_id=instance, name="by-the-sdk"))
    assert [app.id for app in listed.apps] == [made.id]
    reset = apig.resetting_app_secret_v2(ResettingAppSecretV2Request(instance_id=instance, app_id=made.id, body=AppResetCreate()))
    assert reset.app_secret != made.app_secret
    apig.delete_app_v2(DeleteAppV2Request(instance_id=instance, app_id=made.id))
    with pytest.raises(ClientRequestException) as missing:
        apig.show_details_of_app_v2(ShowDetailsOfAppV2Request(instance_id=instance, app_id=made.id))
    assert (missing.value.status_code, missing.value.error_code) == (404, "APIG.3004")
    assert missing.value.request_id


def test_a_wrong_secret_is_refused_in_a_way_that_the_sdk_reads(server):
    first = server.bootstrap
    wrong = BasicCredentials(first["access_key"], "not-the-secret", server.project)
    client = ApigClient.new_builder().with_credentials(wrong).with_endpoint(server.control).build()
    with pytest.raises(ClientRequestException) as refused:
        client.list_apps_v2(ListAppsV2Request(instance_id=instance_id(server)))
    assert (refused.value.status_code, refused.value.error_code) == (401, "APIGW.0301")
    assert "Incorrect IAM authentication information" in refused.value.error_msg


def test_the_iam_sdk_finds_the_project(server):
    first = server.bootstrap
    credentials = GlobalCredentials(first["access_key"], first["secret_key"], first["domain"]["id"])
    client = IamClient.new_builder().with_credentials(credentials).with_endpoint(server.control).build()
    found = client.keystone_list_projects(KeystoneListProjectsRequest(name=first["project"]["name"]))
    assert [project.id for project in found.projects] == [server.project]


def test_the_iam_sdk_reads_quotas(server):
    first = server.bootstrap
    credentials = GlobalCredentials(first["access_key"], first["secret_key"], first["domain"]["id"]).with_iam_endpoint(server.control)
    client = IamClient.new_builder().with_credentials(credentials).with_endpoint(server.control).build()
    of_project = client.show_project_quota(ShowProjectQuotaRequest(server.project)).quotas.resources
    own = {quota["type"]: quota for quota in server.manage("GET", "/adyton/v1/{project}/quotas")["quotas"] if "used" in quota}
    assert {quota.type: (quota.quota, quota.used) for quota in of_project} == {kind: (quota["quota"], quota["used"]) for kind, quota in own.items()}
    (users,) = client.show_domain_quota(ShowDomainQuotaRequest(first["domain"]["id"], "user")).quotas.resources
    assert users.type == "user" and users.used >= 1
    # ModelArts shows those of models and services where its clients look.
    modelarts = server.manage("GET", "/v1/{project}/quotas")["quotas"]["resources"]
    assert {quota["type"]: quota["quota"] for quota in modelarts} == {kind: own[kind]["quota"] for kind in ("services", "instances", "models", "package_bytes")}


def test_a_signed_management_call_counts_like_one_with_a_token(server, echo, admin_key):
    url = f"{server.control}/v1/{server.project}/services/{echo.id}"
    headers = admin_key.headers("GET", url, {"X-Project-Id": server.project}, b"")
    assert server.http.get(url, headers=headers).json()["service_name"] == "echo"
