//! Shapes to try when a model is run for the first time and its axes are open: batch by batch, from small to large.

use std::collections::HashSet;
use std::sync::Arc;

use super::signature::{Axis, Input};
use super::tensor::{Shape, product};

/// Lengths to try for axes of open length when a model is run for the first time: a network of convolutions may need more than
/// one pixel, and many need a multiple of 32 or exactly 48, 64, 224 or 640 of them.
const OPEN_LENGTHS: [usize; 7] = [1, 32, 48, 64, 96, 224, 640];
/// Lengths to try after these for all open axes, the batch too: a list may have to be of a certain length.
const LIST_LENGTHS: [usize; 4] = [2, 16, 100, 1000];
/// Elements of an example input at most; the second for [`LIST_LENGTHS`], which several axes may have at once.
const MOST: usize = 64 << 20;
const MOST_LISTED: usize = 1 << 20;

/// The shapes of `inputs` with every axis of open length set: those that come first to `first` (the batch), the others to
/// `open`. Axes of one name have one length, wherever they are.
pub(crate) fn example_shapes(inputs: &[Input], first: usize, open: usize) -> Vec<Shape> {
    let name = |axis: &Axis| match axis {
        Axis::Any(Some(name)) => Some(Arc::clone(name)),
        Axis::Any(None) | Axis::Fixed(_) => None,
    };
    let leading: HashSet<Arc<str>> = inputs
        .iter()
        .filter_map(|input| input.axes.as_ref()?.first().and_then(name))
        .collect();
    let length = |(at, axis): (usize, &Axis)| match axis {
        Axis::Fixed(length) => *length,
        Axis::Any(Some(name)) if leading.contains(name) => first,
        Axis::Any(None) if at == 0 => first,
        Axis::Any(_) => open,
    };
    let shape = |input: &Input| input.axes.iter().flatten().enumerate().map(length).collect();
    inputs.iter().map(shape).collect()
}

/// Shapes to try when a model is run for the first time, those of all inputs together. Their number of axes must be known.
pub(crate) fn trial_shapes(inputs: &[Input]) -> Vec<Vec<Shape>> {
    let open = OPEN_LENGTHS.map(|open| (1, open, MOST));
    let listed = LIST_LENGTHS.map(|length| (length, length, MOST_LISTED));
    let mut all: Vec<Vec<Shape>> = Vec::new();
    for (first, open, most) in open.into_iter().chain(listed) {
        let shapes = example_shapes(inputs, first, open);
        if shapes.iter().all(|shape| product(shape) <= most) && !all.contains(&shapes) {
            all.push(shapes);
        }
    }
    all
}
