//! Room for the texts that a node makes, asked for before it runs: `tract` copies them one by one, and a process that finds no
//! memory for one of them ends. Nodes that repeat texts are the only ones that make more of them than they are given.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::array::{DynTile, MultiBroadcastTo, Tile};

use crate::onnx::ending::Ended;
use crate::onnx::memory::{TEXT, has_room_for};

/// Whether texts go through the graph.
pub(super) fn are_in(model: &TypedModel) -> bool {
    let is_text = |fact: &TypedFact| fact.datum_type == DatumType::String;
    let mut outputs = model.nodes().iter().flat_map(|node| &node.outputs);
    outputs.any(|output| is_text(&output.fact))
}

/// Whether the node repeats texts.
pub(super) fn are_repeated_by(node: &TypedNode) -> bool {
    let repeats = node.op_is::<Tile>() || node.op_is::<DynTile>() || node.op_is::<MultiBroadcastTo>();
    let is_text = |output: &Outlet<TypedFact>| output.fact.datum_type == DatumType::String;
    repeats && node.outputs.iter().any(is_text)
}

/// Whether the node may run on these inputs.
pub(super) fn check(node: &TypedNode, inputs: &[TValue], symbols: &SymbolValues) -> TractResult<()> {
    let Some(texts) = inputs.first().filter(|_| are_repeated_by(node)) else {
        return Ok(());
    };
    let plain = texts.try_as_plain_ram()?;
    let longest = plain.as_slice::<String>()?.iter().map(String::len).max();
    let each = (longest.unwrap_or(0) as u64).saturating_add(TEXT);
    match has_room_for(made(node, inputs, symbols)?.saturating_mul(each)) {
        true => Ok(()),
        false => Err(Ended::TooLarge.into()),
    }
}

/// How many texts the node makes.
fn made(node: &TypedNode, inputs: &[TValue], symbols: &SymbolValues) -> TractResult<u64> {
    let product = |lengths: &[i64]| {
        let lengths = lengths.iter().map(|length| u64::try_from(*length).unwrap_or(0));
        lengths.fold(1, u64::saturating_mul)
    };
    if let (true, [texts, times]) = (node.op_is::<DynTile>(), inputs) {
        // Its own length is known only once it has run.
        let times = times.cast_to::<i64>()?;
        let times = product(times.try_as_plain_ram()?.as_slice::<i64>()?);
        return Ok(times.saturating_mul(texts.len() as u64));
    }
    let lengths = node.outputs[0].fact.shape.iter();
    let lengths: Vec<i64> = lengths
        .map(|length| length.eval_to_i64(symbols))
        .collect::<TractResult<_>>()?;
    Ok(product(&lengths))
}
