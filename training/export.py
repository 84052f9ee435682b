"""From a trained network to the ONNX file that Newsdesk carries, and what the rounding changes."""

import json
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from retrieval.models.passage_reader import pair
from training.groups import Group
from training.reader_network import Network, tokenizer

WEIGHTS = Path(__file__).parent.parent / "retrieval" / "models" / "weights"
OUTPUTS = ("rank", "start", "end")
_INPUTS = ("input_ids", "token_type_ids")


def export(
    network: torch.nn.Module, folder: Path, name: str = "reader", outputs: Sequence[str] = OUTPUTS
) -> dict[str, Path]:
    """Files of the network as ONNX in `folder`: float32, float16 (weights only) and int8.

    There is no attention mask. Each text is read by itself, and adding a mask takes a tenth of the
    time.
    """
    full, half, small = (folder / f"{name}.{kind}.onnx" for kind in ("float32", "float16", "int8"))
    given = torch.randint(1000, 20000, (2, 48))
    axes = {name: {0: "passage", 1: "token"} for name in (*_INPUTS, *outputs)}
    axes |= {name: {0: "passage"} for name in ("rank", "support") if name in outputs}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            (given, None, torch.zeros_like(given)),
            str(full),
            input_names=list(_INPUTS),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
    _halve(full, half)
    # The heads stay unrounded: they are a thousandth of the weights.
    model = onnx.load(full)
    heads = [node.name for node in model.graph.node if "/encoder/" not in node.name]
    quantize_dynamic(
        full, small, per_channel=True, weight_type=QuantType.QInt8,
        nodes_to_exclude=[name for name in heads if name and "Gather" not in name],
    )  # fmt: skip
    return {"float32": full, "float16": half, "int8": small}


def carry(name: str, file: Path) -> None:
    """Put an exported network among the weights that Newsdesk carries."""
    WEIGHTS.mkdir(exist_ok=True)
    shutil.copyfile(file, WEIGHTS / f"{name}.onnx")


def write_card(name: str, card: dict[str, object]) -> None:
    """Write what is to be known of a carried network beside its weights."""
    (WEIGHTS / f"{name}.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def reader_encoder() -> torch.nn.Module:
    """The encoder with the carried reader's weights, from which the other networks start."""
    network = Network()
    _load_reader(network)
    return network.encoder


def _load_reader(network: Network) -> None:
    """Give the network the weights of the carried reader, which are rounded to eight bits."""
    model = onnx.load(WEIGHTS / "reader.onnx")
    values = {one.name: onnx.numpy_helper.to_array(one) for one in model.graph.initializer}
    for name in [name for name in values if name.endswith("_quantized")]:
        name = name.removesuffix("_quantized")
        whole, zero = values[f"{name}_quantized"], values[f"{name}_zero_point"]
        values[name] = (whole.astype(np.float32) - zero) * values[f"{name}_scale"]
    for node in model.graph.node:
        if node.op_type == "MatMulInteger" and node.name.startswith("/encoder/encoder/"):
            layer = node.name.split("/encoder/encoder/")[1].removesuffix("/MatMul_quant")
            weight = values[node.input[1].removesuffix("_quantized")]
            values[f"encoder.encoder.{layer.replace('/', '.')}.weight"] = weight.T
    state = network.state_dict()
    found = {name: torch.tensor(values[name]) for name in state if name in values}
    missing = [name for name in state if name.startswith("encoder.") and name not in found]
    assert not missing, missing
    network.load_state_dict(state | found)


def _halve(full: Path, half: Path) -> None:
    """Store each large weight in 16 bits; it is cast back when the file is loaded."""
    model = onnx.load(full)
    kept, casts = [], []
    for weight in model.graph.initializer:
        values = onnx.numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < 1000:
            kept.append(weight)
            continue
        name = weight.name + ".half"
        kept.append(onnx.numpy_helper.from_array(values.astype(np.float16), name))
        casts.append(
            onnx.helper.make_node("Cast", [name], [weight.name], to=onnx.TensorProto.FLOAT)
        )
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, half)


def agreement(files: dict[str, Path], groups: Sequence[Group]) -> dict[str, dict[str, float]]:
    """For each file its size, and how often it ranks and marks the same as the float32 one."""
    words = tokenizer()
    judged = {kind: _judged(file, words, groups) for kind, file in files.items()}
    found = {}
    for kind, file in files.items():
        pairs = zip(judged[kind], judged["float32"], strict=True)
        same = np.array([(a[0] == b[0], a[1] == b[1]) for a, b in pairs])
        found[kind] = {
            "megabytes": round(file.stat().st_size / 1e6, 1),
            "same first passage": round(float(same[:, 0].mean()), 4),
            "same span": round(float(same[:, 1].mean()), 4),
            "same both": round(float(same.all(axis=1).mean()), 4),
        }
    return found


def _judged(
    file: Path, words: Tokenizer, groups: Sequence[Group]
) -> list[tuple[int, tuple[int, int]]]:
    """For each group its first passage, and the likeliest start and end among all its tokens."""
    options = onnxruntime.SessionOptions()
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    found = []
    for group in groups:
        ranks, starts, ends = [], [], []
        for candidate in group.candidates:
            one = pair(words, group.question, candidate.title, candidate.text)
            rank, start, end = session.run(
                list(OUTPUTS), {"input_ids": [one.ids], "token_type_ids": [one.types]}
            )
            readable = [b > a for a, b in one.offsets]
            ranks.append(rank[0])
            starts.append(np.where(readable, start[0], -np.inf))
            ends.append(np.where(readable, end[0], -np.inf))
        places = [int(np.concatenate(some).argmax()) for some in (starts, ends)]
        found.append((int(np.argmax(ranks)), (places[0], places[1])))
    return found
