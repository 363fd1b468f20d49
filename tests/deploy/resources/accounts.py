"""The user, the account and its subdomain."""

from typing import Any

from werkzeug.wrappers import Request

from tests.deploy.resources.base import ApiError, Fault, Resource

ROUTES = {
    "user": ("GET", "/user"),
    "verify": ("GET", "/user/tokens/verify"),
    "accounts": ("GET", "/accounts"),
    "memberships": ("GET", "/memberships"),
    "account_subdomain": ("GET", "/accounts/<account>/workers/subdomain"),
}


class Accounts(Resource):
    """The user, the account and its subdomain."""

    def do_user(self, _: Request) -> dict[str, str]:
        return {"id": "u" * 32, "email": "someone@example.com"}

    def do_verify(self, _: Request) -> dict[str, str]:
        return {"id": "v" * 32, "status": "active"}

    def do_accounts(self, _: Request) -> list[dict[str, str]]:
        return [{"id": key, "name": name} for key, name in self.state.names.items()]

    def do_memberships(self, request: Request) -> list[dict[str, Any]]:
        return [{"id": "m", "account": account} for account in self.do_accounts(request)]

    def do_account_subdomain(self, _: Request) -> dict[str, str]:
        if self.state.subdomain is None:
            raise ApiError(Fault(404, 10007, "You do not have a workers.dev subdomain."))
        return {"subdomain": self.state.subdomain}
