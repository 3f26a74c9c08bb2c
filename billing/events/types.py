"""Every type of event there is, so that nobody waits for one that never comes.

A test holds this list against all that the code records.
"""

EVENT_TYPES: tuple[str, ...] = (
    "billing_run.completed",
    "billing_run.refused",
    "billing_run.resumed",
    "billing_run.started",
    "billing_run.stopped",
    "coupon.archived",
    "coupon.created",
    "coupon.updated",
    "credit_note.imported",
    "credit_note.issued",
    "credit_note.refund_failed",
    "credit_note.voided",
    "customer.created",
    "customer.credit_adjusted",
    "customer.deleted",
    "customer.payment_source_changed",
    "customer.updated",
    "invoice.created",
    "invoice.credit_revoked",
    "invoice.credited",
    "invoice.dunning_ended",
    "invoice.finalized",
    "invoice.imported",
    "invoice.marked_uncollectible",
    "invoice.paid",
    "invoice.payment_recorded",
    "invoice.reminded",
    "invoice.sent",
    "invoice.updated",
    "invoice.voided",
    "mail.cancelled",
    "mail.resent",
    "mail_template.reset",
    "mail_template.updated",
    "meter.archived",
    "meter.created",
    "meter.updated",
    "oauth_client.access_ended",
    "oauth_client.authorized",
    "oauth_client.created",
    "oauth_client.reuse_detected",
    "oauth_client.revoked",
    "oauth_client.secret_rotated",
    "oauth_client.updated",
    "payment.failed",
    "payment.partially_refunded",
    "payment.refund_failed",
    "payment.refunded",
    "payment.started",
    "payment.succeeded",
    "plan.archived",
    "plan.created",
    "plan.updated",
    "refund.failed",
    "refund.started",
    "refund.succeeded",
    "settings.updated",
    "subscription.cancellation_revoked",
    "subscription.cancellation_scheduled",
    "subscription.cancelled",
    "subscription.change_revoked",
    "subscription.change_scheduled",
    "subscription.created",
    "subscription.expired",
    "subscription.past_due",
    "subscription.pause_revoked",
    "subscription.pause_scheduled",
    "subscription.paused",
    "subscription.renewed",
    "subscription.restored",
    "subscription.resume_scheduled",
    "subscription.resumed",
    "subscription.trial_ended",
    "subscription.unpaid",
    "subscription.updated",
    "tax_rate.archived",
    "tax_rate.created",
    "tax_rate.updated",
    "test_clock.advanced",
    "test_clock.created",
    "test_clock.deleted",
    "user.created",
    "user.joined",
    "user.link_sent",
    "user.linked",
    "user.password_changed",
    "user.signed_in",
    "user.signed_out_everywhere",
    "user.unlinked",
    "user.updated",
    "webhook_endpoint.created",
    "webhook_endpoint.deleted",
    "webhook_endpoint.disabled",
    "webhook_endpoint.secret_rotated",
    "webhook_endpoint.updated",
)
TEST_EVENT = "webhook.test"
"""What an endpoint is sent to try it out. It goes to that one only."""

OBJECT_TYPES: tuple[str, ...] = tuple(dict.fromkeys(t.partition(".")[0] for t in EVENT_TYPES))


def is_pattern(text: str) -> bool:
    """Whether `text` is a type, all types of an object (`invoice.*`), or all there are (`*`)."""
    return text == "*" or text in EVENT_TYPES or text in {f"{name}.*" for name in OBJECT_TYPES}


def matches(patterns: list[str], type_: str) -> bool:
    """Whether any of the patterns means events of this type."""
    if type_ == TEST_EVENT:
        return False
    return "*" in patterns or type_ in patterns or f"{type_.partition('.')[0]}.*" in patterns
