"""Documents as YAML that `manifest_yaml.parse_yaml` reads back as they were, and any other reader too."""

import re
from typing import Any

import yaml

from sluice.catalog.manifest_yaml import ManifestLoader

_UNICODE_BREAK = re.compile("[\x85\u2028\u2029\ufeff]")


class _Dumper(yaml.SafeDumper):
    """Quotes every text that our reader or one of YAML 1.1 would take for something else: `no`, `1e-5`, `1:30`."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own way
        first: [*yaml.SafeDumper.yaml_implicit_resolvers.get(first, ()), *resolvers]
        for first, resolvers in (
            yaml.SafeDumper.yaml_implicit_resolvers | ManifestLoader.yaml_implicit_resolvers
        ).items()
    }

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        """Write what stands twice twice: our reader takes no aliases."""
        return True

    def represent(self, data: Any) -> None:
        """Write the members of the document itself one below the other, however short they are."""
        node = self.represent_data(data)
        if isinstance(node, yaml.CollectionNode):
            node.flow_style = False
        self.serialize(node)

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Quote with escapes what holds a line break of Unicode's: PyYAML would write it bare and read a space."""
        return self.represent_scalar("tag:yaml.org,2002:str", text, style='"' if _UNICODE_BREAK.search(text) else None)


_Dumper.add_representer(str, _Dumper.represent_text)


def to_yaml(document: Any) -> str:
    """The text of a document of JSON values, members in their order, innermost lists and mappings on one line."""
    return str(
        yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100)
    )
