"""REST of credits: a course system adds to a student's own amount (a webhook).

It sends an administrator's token, or signs the body with a secret that it shares with the service:
``X-LLM-Meter-Signature: sha256=`` and the HMAC of the body in hexadecimal. Each credit has a key; one that is
sent again changes nothing, so that a captured request is of no use.
"""

from __future__ import annotations

import hashlib
import hmac

from jupyter_llm_meter.core.windows import WINDOWS
from jupyter_llm_meter.hub.bodies import Body
from jupyter_llm_meter.hub.desk import NO_NAMES, author_of
from jupyter_llm_meter.hub.errors import NotAllowed
from jupyter_llm_meter.hub.handler import answered
from jupyter_llm_meter.hub.members import Member
from jupyter_llm_meter.hub.routes.rest import RestHandler
from jupyter_llm_meter.ledger import credits
from jupyter_llm_meter.ledger.credits import Credit
from jupyter_llm_meter.service.errors import ArgumentError

SIGNATURE_HEADER = "X-LLM-Meter-Signature"
SIGNER = Member("signed credits", is_admin=True)
"""As whom the trail names a credit that came with a signature."""


class CreditsHandler(RestHandler):
    """``POST api/v1/credits``."""

    def check_xsrf_cookie(self) -> None:
        """Nothing to check where the body is signed."""
        if SIGNATURE_HEADER not in self.request.headers:
            super().check_xsrf_cookie()

    async def who(self) -> Member | None:
        """Return who asks, by signature or as elsewhere."""
        given = self.request.headers.get(SIGNATURE_HEADER)
        if given is None:
            return await super().who()
        if not self.credit_secret:
            return None
        made = hmac.new(self.credit_secret.encode(), self.request.body, hashlib.sha256).hexdigest()
        return SIGNER if hmac.compare_digest(f"sha256={made}".encode(), given.encode()) else None

    @answered
    async def post(self) -> None:
        """Add to a user's own amount, once for each key."""
        self.require_admin()
        body = Body(self.request.body, ("key", "user", "unit", "window", "amount", "allow_unknown"))
        user, unit, amount, key = body.text("user"), body.unit(), body.amount(), body.text("key")
        window = None if "window" not in body.given else body.one_of("window", WINDOWS)
        await self.meter.follow_limits()
        found = [
            limit
            for limit in self.meter.limits.current()
            if (limit.scope, limit.value, limit.unit) == ("user", None, unit)
            and (limit.window == window or (window is None and not limit.is_ceiling))
        ]
        if len(found) != 1:
            have = ", ".join(limit.window for limit in found) or "none"
            raise ArgumentError(f"window must name one of the limits of users in {unit}; they have: {have}.")
        [limit] = found
        if limit.is_ceiling:
            raise NotAllowed(f"The configuration sets the limit {limit.id!r}; credits can't add to it.")
        unknown, doubt = await self.desk.names_to_doubt([user])
        if unknown and not body.flag("allow_unknown"):
            raise ArgumentError(
                f"The hub has no user {user!r}. Correct the name, or set allow_unknown to true."
            )
        credit, author, now = Credit(key, limit, user, amount), author_of(self.member), self.now()
        answer = await self.meter.query(lambda ledger: ledger.write(credits.give, credit, author, now))
        self.answer({**answer, **({"warning": NO_NAMES} if doubt else {})})


ROUTES: dict[str, type[RestHandler]] = {"api/v1/credits": CreditsHandler}
