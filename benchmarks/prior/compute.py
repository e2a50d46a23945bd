"""How many floating-point operations a pass through the network takes."""

from __future__ import annotations


def forward_flop(
    config: dict,
    n_tables: int,
    n_rows: int,
    n_columns: int,
    n_labeled: int,
    n_questions: int = 1,
) -> int:
    """Count the matrix products of a forward pass; a training step takes three times.

    Parameters
    ----------
    config : dict
        Parameters of `InContextNetwork`.
    n_tables, n_rows, n_columns, n_labeled, n_questions : int
        Size of a batch.
    """
    from sklearn_featrix.nn._cell_features import N_EVIDENCE, N_PLACE
    from sklearn_featrix.nn._evidence import N_TOLD
    from sklearn_featrix.nn._in_context_network import N_TABLE

    width, expansion = config["width"], config["expansion"]
    n_readout, row_width = config["n_readout"], config["n_readout"] * config["width"]
    evidence = config["evidence"]
    n_told = evidence * N_TOLD
    n_inputs = N_PLACE + evidence * N_EVIDENCE
    total = 2 * n_rows * n_columns * expansion * width * (n_inputs + width)
    total += 2 * n_rows * (N_TABLE + n_told) * row_width
    n_context = n_labeled + config["n_thinking"]
    n_all = n_rows + config["n_thinking"]
    n_cell_rows = n_all if config["row_attention"] else n_rows
    tokens = n_columns + n_readout
    for layer in range(config["n_layers"]):
        kept = n_readout if layer == config["n_layers"] - 1 else tokens
        total += n_cell_rows * _attention(width, kept, tokens)
        total += n_cell_rows * kept * 4 * expansion * width**2
        if config["row_attention"]:
            total += kept * _attention(width, n_all, n_context)
    for _ in range(config["n_row_layers"]):
        total += _attention(row_width, n_all, n_context)
        total += n_all * 4 * expansion * row_width**2
    n_queries = n_rows - n_labeled
    total += 2 * n_queries * n_told
    total += 2 * n_rows * row_width**2 + 2 * n_queries * row_width
    total += 2 * n_queries * n_labeled * (row_width + 1)
    total *= n_questions
    alike = 8 * (n_questions + 1) * n_columns + 8 * n_questions
    total += evidence * alike * n_rows * n_labeled
    return n_tables * total


def _attention(width: int, n_queries: int, n_keys: int) -> int:
    return 4 * (n_queries + n_keys) * width**2 + 4 * n_queries * n_keys * width
