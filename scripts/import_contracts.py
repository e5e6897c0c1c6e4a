"""A contract that import-linter does not have: a package imports the standard library and itself only."""

from __future__ import annotations

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class StandardLibraryOnly(Contract):
    """The modules of a package import the standard library and one another, and nothing else."""

    type_name = "standard_library_only"

    package = fields.ModuleField()
    ignore_imports = fields.SetField(subfield=fields.ImportExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find the imports that leave the package for something that is not in the standard library."""
        root = str(self.package.name)  # type: ignore[attr-defined] # import-linter's fields have no types
        ignored = {
            (str(each.importer), str(each.imported))
            for each in self.ignore_imports or ()  # type: ignore[attr-defined]
        }
        found = sorted(
            (module, imported)
            for module in graph.find_descendants(root) | {root}
            for imported in graph.find_modules_directly_imported_by(module)
            if not f"{imported}.".startswith(f"{root}.")
            and imported.partition(".")[0] not in sys.stdlib_module_names
            and (module, imported) not in ignored
        )
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import."""
        for module, imported in check.metadata["found"]:
            output.print_error(f"{module} imports {imported}, which is not in the standard library.")
