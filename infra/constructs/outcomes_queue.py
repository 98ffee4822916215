"""Where outcomes wait, durably, until they are stored; and where those go that cannot be."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.key_grants import grant_through
from infra.declarations.environment import Environment

DELIVERY_TIMEOUT_SECONDS = 60
DELIVERY_WINDOW_SECONDS = 5
# Six times what the consumer may take, and its window: AWS's rule for queues that Lambda reads.
_HIDDEN_SECONDS = 6 * DELIVERY_TIMEOUT_SECONDS + DELIVERY_WINDOW_SECONDS
_TRIES = 10  # an hour, so that a store that is down for some minutes sends nothing to the dead letters
_KEPT_DAYS = 7
_DEAD_LETTERS_KEPT_DAYS = 14  # counted from when the outcome came in, so longer than the queue's own days


class OutcomesQueue(Construct):
    """`queue` and its `dead_letters`: encrypted as what is personal, TLS only."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment, key: kms.IKey | None) -> None:
        super().__init__(scope, construct_id)
        self._environment, self._key = environment, key
        self.dead_letters = self._queue("DeadLetters", days=_DEAD_LETTERS_KEPT_DAYS)
        acknowledge(self.dead_letters, "Serverless::Serverless-SQSRedrivePolicy", "dead letters go nowhere else")
        dead_letters = sqs.DeadLetterQueue(max_receive_count=_TRIES, queue=self.dead_letters)
        self.queue = self._queue("Queue", days=_KEPT_DAYS, dead_letters=dead_letters)

    def grant_send(self, grantee: iam.IGrantable) -> None:
        """Add messages. SQS makes a data key for them, and checks that the sender could read it."""
        self._grant(grantee, "sqs:SendMessage")
        if self._key:
            grant_through("sqs", self._key, grantee, "kms:GenerateDataKey", "kms:Decrypt")

    def grant_consume(self, grantee: iam.IGrantable) -> None:
        """What Lambda asks of the role of a function that reads a queue."""
        self._grant(grantee, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
        if self._key:
            grant_through("sqs", self._key, grantee, "kms:Decrypt")

    def _grant(self, grantee: iam.IGrantable, *actions: str) -> None:
        iam.Grant.add_to_principal(grantee=grantee, actions=list(actions), resource_arns=[self.queue.queue_arn])

    def _queue(self, construct_id: str, *, days: int, dead_letters: sqs.DeadLetterQueue | None = None) -> sqs.Queue:
        is_protected = self._environment.data.protected
        return sqs.Queue(
            self,
            construct_id,
            encryption=sqs.QueueEncryption.KMS if self._key else sqs.QueueEncryption.SQS_MANAGED,
            encryption_master_key=self._key,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(days),
            visibility_timeout=cdk.Duration.seconds(_HIDDEN_SECONDS),
            dead_letter_queue=dead_letters,
            removal_policy=cdk.RemovalPolicy.RETAIN if is_protected else cdk.RemovalPolicy.DESTROY,
        )
