"""The CDK app: `cdk deploy -c env=dev`. It reads context and what `make assets` built, and calls nobody."""

import sys

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.asset_folders import AssetFolders, AssetsMissing
from infra.constructs.model_routes import TooManyRoutes
from infra.context import Choice, choice_from
from infra.declarations.refusal import InvalidDeclaration
from infra.regions import add_regions


def main() -> int:
    """Synthesise; a declaration that cannot be carried out is one line, not a stack trace."""
    app = cdk.App()
    try:
        build(app, choice_from(app.node.try_get_context))
    except (AssetsMissing, InvalidDeclaration, TooManyRoutes) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    app.synth()
    return 0


def build(app: cdk.App, choice: Choice) -> None:
    """Add the environment's stacks, and the rule packs that every synthesis is checked by."""
    environment = choice.environment
    assets = AssetFolders(choice.assets, environment.architecture)
    add_regions(app, environment, assets)
    cdk.Tags.of(app).add("sluice:environment", environment.name)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))


if __name__ == "__main__":
    sys.exit(main())
