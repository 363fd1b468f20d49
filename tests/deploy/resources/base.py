"""What all resources share: the account, and errors."""

from dataclasses import dataclass

from tests.deploy.account import Account, Script

SCRIPT = "/accounts/<account>/workers/scripts/<name>"


@dataclass(frozen=True)
class Fault:
    """An error of the API; `times` is how many calls get it."""

    status: int
    code: int
    message: str
    times: int = 1_000


class ApiError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Resource:
    """A part of the API. The method `do_NAME` serves the route NAME."""

    state: Account

    def script(self, name: str) -> Script:
        """Return a Worker; an error of the API if there is none of this name."""
        if name not in self.state.scripts:
            raise ApiError(Fault(404, 10007, "This Worker does not exist on your account."))
        return self.state.scripts[name]
