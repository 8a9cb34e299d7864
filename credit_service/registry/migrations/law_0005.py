"""What the fifth schema forbids: a code used twice, an account without trace, an office without an administrator.

A time step of an authenticator only goes forward and a recovery code is used once, whatever program writes. Roles and
standing of an account follow from an act by somebody else, which stays. One person alone never both resets a password
and removes the second factor of another: that would be enough to act in the other's name.

Sources are those of `identity.one_time` and `pipeline.account_acts`, which say the same to people.
"""

from __future__ import annotations

from credit_service.registry.migrations.triggers import Ban

_ACCOUNT = "account"
_ACT = "account_act"
_FACTOR = "second_factor"
_CODE = "recovery_code"
_LINK = "identity_link"

ACT_CHECKS = {
    "ck_account_act_kind": (
        "kind IN ('add', 'role', 'disable', 'enable', 'reset_password', 'change_password', 'enrol_factor', "
        "'remove_factor', 'unlock', 'link', 'unlink')"
    ),
    "ck_account_act_by": "coalesce(trim(done_by), '') <> ''",
    "ck_account_act_own": "kind NOT IN ('change_password', 'enrol_factor') OR done_by = account_id",
    "ck_account_act_by_other": (
        "kind IN ('change_password', 'enrol_factor', 'remove_factor') OR done_by <> account_id"
    ),
    "ck_account_act_role": "kind <> 'role' OR (was <> became AND coalesce(trim(became), '') <> '')",
}
"""Name of each check and its SQL."""

FACTOR_CHECKS = {
    "ck_second_factor_confirmed": (
        "(confirmed_at IS NULL AND last_step IS NULL) "
        "OR (confirmed_at IS NOT NULL AND last_step IS NOT NULL AND confirmed_at >= enrolled_at)"
    ),
    "ck_second_factor_removed": (
        "(removed_at IS NULL AND removed_by IS NULL) "
        "OR (removed_at IS NOT NULL AND removed_by IS NOT NULL AND removed_at >= enrolled_at)"
    ),
}
LINK_CHECKS = {
    "ck_identity_link_filled": "coalesce(trim(issuer), '') <> '' AND coalesce(trim(subject), '') <> ''",
    "ck_identity_link_by_other": "linked_by <> account_id AND coalesce(trim(linked_by), '') <> ''",
    "ck_identity_link_ended": "(ended_at IS NULL AND ended_by IS NULL) OR (ended_at >= linked_at AND ended_by <> '')",
}


def _exists(table: str, condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} AS r WHERE {condition})"  # noqa: S608 - made of constants


def _changed(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


def _newest_of(kinds: str) -> str:
    newest = f"(SELECT max(n.number) FROM {_ACT} AS n WHERE n.account_id = NEW.account_id AND n.kind IN {kinds})"  # noqa: S608
    return f"r.number = {newest} AND r.account_id = NEW.account_id"


_LAST_ADMINISTRATOR = (
    "(OLD.role = 'administrator' AND OLD.disabled_at IS NULL "
    "AND (NEW.role <> 'administrator' OR NEW.disabled_at IS NOT NULL) AND NOT "
    + _exists(_ACCOUNT, "r.role = 'administrator' AND r.disabled_at IS NULL AND r.account_id <> OLD.account_id")
    + ")"
)

ACCOUNT_BANS = (
    Ban("account_is_new", _ACCOUNT, "INSERT", _exists(_ACCOUNT, "r.account_id = NEW.account_id")),
    Ban("account_keeps_name", _ACCOUNT, "UPDATE", f"({_changed('account_id', 'created_at')})"),
    Ban("account_never_deleted", _ACCOUNT, "DELETE", "1 = 1"),
    Ban("account_last_administrator", _ACCOUNT, "UPDATE", _LAST_ADMINISTRATOR),
    Ban(
        "account_role_by_act",
        _ACCOUNT,
        "UPDATE",
        f"(({_changed('role')}) AND NOT "
        + _exists(_ACT, _newest_of("('role')") + " AND r.was = OLD.role AND r.became = NEW.role")
        + ")",
    ),
    Ban(
        "account_standing_by_act",
        _ACCOUNT,
        "UPDATE",
        f"(({_changed('disabled_at')}) AND NOT "
        + _exists(
            _ACT,
            _newest_of("('disable', 'enable')")
            + " AND ((r.kind = 'disable' AND NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL) "
            "OR (r.kind = 'enable' AND NEW.disabled_at IS NULL))",
        )
        + ")",
    ),
    # Each act sets a password once, and its kind says whether the password is good for more than choosing another.
    Ban(
        "account_password_by_act",
        _ACCOUNT,
        "UPDATE",
        f"(({_changed('password_hash', 'must_change_password', 'password_act')}) AND NOT "
        + _exists(
            _ACT,
            _newest_of("('reset_password', 'change_password')")
            + " AND r.number = NEW.password_act AND NEW.password_act IS DISTINCT FROM OLD.password_act "
            "AND (r.kind = 'reset_password') = NEW.must_change_password",
        )
        + ")",
    ),
)

ACT_BANS = (
    Ban("account_act_is_new", _ACT, "INSERT", _exists(_ACT, "r.number = NEW.number")),
    # Who resets the password does not also remove the second factor, until the person has chosen another password.
    Ban(
        "account_act_not_both",
        _ACT,
        "INSERT",
        "(NEW.done_by <> NEW.account_id AND ((NEW.kind = 'remove_factor' AND "
        + _exists(
            _ACT,
            _newest_of("('reset_password', 'change_password')")
            + " AND r.kind = 'reset_password' AND r.done_by = NEW.done_by",
        )
        + ") OR (NEW.kind = 'reset_password' AND "
        + _exists(
            _ACT,
            _newest_of("('remove_factor', 'enrol_factor')")
            + " AND r.kind = 'remove_factor' AND r.done_by = NEW.done_by",
        )
        + ")))",
    ),
    Ban("account_act_never_changed", _ACT, "UPDATE", "1 = 1"),
    Ban("account_act_never_deleted", _ACT, "DELETE", "1 = 1"),
)

FACTOR_BANS = (
    Ban(
        "factor_starts_pending",
        _FACTOR,
        "INSERT",
        f"(NEW.confirmed_at IS NOT NULL OR NEW.last_step IS NOT NULL OR NEW.removed_at IS NOT NULL OR "
        f"{_exists(_FACTOR, 'r.number = NEW.number')})",
    ),
    # A time step used up stays used up: RFC 6238, 5.2.
    Ban(
        "factor_step_goes_on",
        _FACTOR,
        "UPDATE",
        "(OLD.last_step IS NOT NULL AND (NEW.last_step IS NULL OR NEW.last_step < OLD.last_step "
        "OR (NEW.last_step = OLD.last_step AND NEW.removed_at IS NULL)))",
    ),
    Ban(
        "factor_keeps_secret",
        _FACTOR,
        "UPDATE",
        f"({_changed('number', 'account_id', 'secret_enc', 'key_id', 'enrolled_at')} "
        "OR OLD.removed_at IS NOT NULL "
        "OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at))",
    ),
    Ban(
        "factor_one_running",
        _FACTOR,
        "UPDATE",
        "(NEW.confirmed_at IS NOT NULL AND NEW.removed_at IS NULL AND "
        + _exists(
            _FACTOR,
            "r.account_id = NEW.account_id AND r.number <> NEW.number "
            "AND r.confirmed_at IS NOT NULL AND r.removed_at IS NULL",
        )
        + ")",
    ),
    # One's own is given up with a code of its own, which uses a time step up; another's by an act that stays.
    Ban(
        "factor_removed_by_act",
        _FACTOR,
        "UPDATE",
        "(OLD.confirmed_at IS NOT NULL AND NEW.removed_at IS NOT NULL AND NOT "
        + _exists(
            _ACT,
            _newest_of("('remove_factor')") + " AND r.done_by = NEW.removed_by AND r.done_at = NEW.removed_at "
            "AND (r.done_by <> NEW.account_id OR NEW.last_step > OLD.last_step)",
        )
        + ")",
    ),
    Ban("factor_never_deleted", _FACTOR, "DELETE", "1 = 1"),
    Ban(
        "recovery_code_is_new",
        _CODE,
        "INSERT",
        f"(NEW.used_at IS NOT NULL OR {_exists(_CODE, 'r.code_hash = NEW.code_hash')} OR NOT "
        + _exists(_FACTOR, "r.number = NEW.factor AND r.removed_at IS NULL")
        + ")",
    ),
    Ban(
        "recovery_code_once",
        _CODE,
        "UPDATE",
        f"(OLD.used_at IS NOT NULL OR NEW.used_at IS NULL OR {_changed('code_hash', 'factor')} OR NOT "
        + _exists(_FACTOR, "r.number = NEW.factor AND r.removed_at IS NULL AND r.confirmed_at IS NOT NULL")
        + ")",
    ),
    Ban("recovery_code_never_deleted", _CODE, "DELETE", "1 = 1"),
)

LINK_BANS = (
    Ban(
        "link_is_new",
        _LINK,
        "INSERT",
        f"(NEW.ended_at IS NOT NULL OR {_exists(_LINK, 'r.number = NEW.number')})",
    ),
    Ban(
        "link_one_running",
        _LINK,
        "INSERT",
        _exists(
            _LINK,
            "r.ended_at IS NULL AND r.issuer = NEW.issuer "
            "AND (r.subject = NEW.subject OR r.account_id = NEW.account_id)",
        ),
    ),
    Ban(
        "link_only_ends",
        _LINK,
        "UPDATE",
        "(OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR "
        f"{_changed('number', 'account_id', 'issuer', 'subject', 'linked_by', 'linked_at')})",
    ),
    Ban("link_never_deleted", _LINK, "DELETE", "1 = 1"),
)

BANS = (*ACCOUNT_BANS, *ACT_BANS, *FACTOR_BANS, *LINK_BANS)
NEVER_TRUNCATED = (_ACCOUNT, _ACT, _FACTOR, _CODE, _LINK)
