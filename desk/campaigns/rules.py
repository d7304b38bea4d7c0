"""What goes by itself for a payment round: reminders, moved days, money that waits; switched on and off."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin.routing import route

from core.campaigns.steps import CampaignError
from core.payments.rounds import coming, nearest_first, rounds
from core.staff import audit
from core.staff.acts import Act
from core.staff.permissions import Permission
from core.staff.row_security import seen_by
from desk.campaigns import words as campaign_words
from desk.campaigns.words import refused, word
from desk.site.pages import DeskPage, actor, now, number, typed
from desk.site.refusals import not_there
from sms.campaigns import rules
from sms.campaigns.scope import must_cover

ROUNDS: Final = 12


class CampaignRules(DeskPage):
    """The rules of the last rounds, those that are coming first."""

    menu_label = "Envois automatiques"
    path = "/campaigns/rules"
    permission = Permission.RUN_CAMPAIGNS
    add_to_menu = False

    @route("")
    async def index(self, request: Request) -> Response:
        """Each round, with what goes by itself for it."""
        me, today = actor(request), now().date()
        async with seen_by(me):
            shown = [(each, await rules.switched_off(each.id)) for each in nearest_first(await rounds(ROUNDS), today)]
        context = {
            "coming": [(each, off) for each, off in shown if coming(each, today)],
            "old": [(each, off) for each, off in shown if not coming(each, today)],
            "kinds": [(kind, word(kind)) for kind in rules.BY_RULE],
        }
        return self.show(
            request, "campaigns/rules.html", {**context, "everywhere": me.scope_code is None, "say": campaign_words}
        )

    @route("", methods=["POST"])
    async def switch(self, request: Request) -> Response:
        """Switch a rule of a round on or off."""
        me, at, form = actor(request), now(), await request.form()
        round_id, on = number(typed(form, "round")), typed(form, "on") == "yes"
        kind = next((kind for kind in rules.BY_RULE if kind.value == typed(form, "kind")), None)
        titles = {each.id: f"{each.component} {each.name}" for each in await rounds(ROUNDS)}
        if round_id not in titles or kind is None:
            raise not_there()
        try:
            async with seen_by(me):
                await must_cover(me, None)
                await rules.switch(round_id, kind, me.id, at, on=on)
                await audit.record(me.id, Act.CAMPAIGN_RULE_SWITCHED, f"round {round_id}", at, {"kind": kind, "on": on})
        except CampaignError as error:
            return self.not_done(request, refused(error), self.path)
        words = f"{word(kind)}, {titles[round_id]} : {'part de nouveau' if on else 'ne part plus'} sans vous."
        return self.done(request, words, self.path)
