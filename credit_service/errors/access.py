"""Leaves of `AccessError`: who may not come in, and what may not be done to accounts."""

from __future__ import annotations

from credit_service.errors.families import AccessError


class UnknownAgency(AccessError):
    """No agency has this code."""

    code = "unknown_agency"


class NotSignedIn(AccessError):
    """The door needs a sign-in or a key."""

    code = "not_signed_in"


class ScopeDenied(AccessError):
    """The account or key may not do this."""

    code = "scope_denied"


class PurposeMissing(AccessError):
    """A look-up must state its purpose."""

    code = "purpose_missing"


class QuotaExceeded(AccessError):
    """Too many questions in too short a time."""

    code = "quota_exceeded"


class AccountExists(AccessError):
    """The account name is taken."""

    code = "account_exists"


class WeakPassword(AccessError):
    """The password is too short."""

    code = "weak_password"


class KeyUnknown(AccessError):
    """No API key has this number."""

    code = "key_unknown"


class AccountUnknown(AccessError):
    """No account has this name."""

    code = "account_unknown"


class SignInPaused(AccessError):
    """The name or the address was refused too often and must wait."""

    code = "sign_in_paused"


class SignInUnfinished(AccessError):
    """The person must choose a password or enrol a second factor before anything else."""

    code = "sign_in_unfinished"


class CodeRefused(AccessError):
    """The one-time code or recovery code is wrong, too old, or was used."""

    code = "code_refused"


class PasswordRefused(AccessError):
    """The own password, asked for once more, is wrong."""

    code = "password_refused"


class FormIncomplete(AccessError):
    """What was filled in is not enough, or not possible."""

    code = "form_incomplete"


class IdentityRefused(AccessError):
    """What the identity provider sent does not prove who somebody is here."""

    code = "identity_refused"


class LastAdministrator(AccessError):
    """The act would leave the service without an administrator."""

    code = "last_administrator"


class OwnAccount(AccessError):
    """Nobody does this to the own account."""

    code = "own_account"


class AccountActRefused(AccessError):
    """The act on the account does not follow from what was done before."""

    code = "account_act_refused"
