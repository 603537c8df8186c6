"""Records tensor ops as NumPy computes them: broadcasting, reductions, products, movement, special values.

What is float32 is computed in float64 and rounded once, so that the recorded value is the nearest float32 and a test
may count the units in the last place that a kernel is off.
"""

import math

from recording import array, draw, generator, versions, write

import numpy as np

np.seterr(all="ignore")

F, I, U, B = np.float32, np.int32, np.uint8, np.bool_
NAN, INF = math.nan, math.inf
TINY = 1.1754943508222875e-38  # the smallest normal float32
DENORMAL = 1.401298464324817e-45  # the smallest float32 above 0


def wide(x):
    """float32 as float64; other dtypes as they are."""
    x = np.asarray(x)
    return x.astype(np.float64) if x.dtype == F else x


def case(name, op, inputs, output, **attributes):
    return {"name": name, "op": op, "attributes": attributes, "inputs": [array(x) for x in inputs],
            "output": array(output)}


def numbers(rng, shape, dtype):
    if dtype == F:
        return draw(rng, shape, 2)
    if dtype == B:
        return rng.integers(0, 2, shape).astype(B)
    return rng.integers(0 if dtype == U else -9, 10, shape).astype(dtype)


def nonzero(rng, shape, dtype):
    x = numbers(rng, shape, dtype)
    x[x == 0] = 3
    return x


def truncated_divide(a, b):
    return np.trunc(a.astype(np.float64) / b.astype(np.float64)).astype(a.dtype)


SHAPE_PAIRS = [((3, 4), (3, 4)), ((2, 3), ()), ((), (5,)), ((2, 3, 4), (4,)), ((2, 3, 4), (3, 1)), ((3, 1), (1, 5)),
               ((2, 1, 3), (5, 1)), ((1,), (7,)), ((0, 3), (1, 3)), ((2, 1), (2, 0))]


def broadcasting():
    for a_shape, b_shape in SHAPE_PAIRS:
        for op, dtypes in [("add", [F, I]), ("subtract", [F]), ("maximum", [F]), ("greater", [F])]:
            for dtype in dtypes:
                name = f"{op} {list(a_shape)} {list(b_shape)} {np.dtype(dtype).name}"
                rng = generator(name)
                a, b = np.array(numbers(rng, a_shape, dtype)), np.array(numbers(rng, b_shape, dtype))
                result = getattr(np, op)(wide(a), wide(b))
                yield case(name, op, [a, b], result if op == "greater" else result.astype(dtype))


def elementwise():
    rng = generator("elementwise")
    a, b = draw(rng, (3, 5), 3), draw(rng, (3, 5), 3)
    b[b == 0] = 1
    for op in ["multiply", "divide", "minimum", "floor_divide", "remainder", "fmod"]:
        yield case(f"{op} float32", op, [a, b], getattr(np, op)(wide(a), wide(b)).astype(F))
    for op in ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]:
        x, y = np.round(a), np.round(b)
        yield case(f"{op} float32", op, [x, y], getattr(np, op)(x, y))
    for dtype in [I, U]:
        label = np.dtype(dtype).name
        x, y = numbers(rng, (3, 5), dtype), nonzero(rng, (3, 5), dtype)
        for op in ["add", "subtract", "multiply", "maximum", "minimum", "equal", "less", "floor_divide", "remainder",
                   "fmod"]:
            yield case(f"{op} {label}", op, [x, y], getattr(np, op)(x, y))
        yield case(f"true_divide {label}", "true_divide", [x, y], np.true_divide(x, y).astype(F))
        yield case(f"truncated_divide {label}", "truncated_divide", [x, y], truncated_divide(x, y))
    signs = np.array([7, -7, 7, -7, 6, -6, 0, -1, 1], I), np.array([3, 3, -3, -3, -3, 3, -5, 2, -2], I)
    for op in ["floor_divide", "remainder", "fmod"]:
        yield case(f"{op} int32 of every pair of signs", op, signs, getattr(np, op)(*signs))
    yield case("truncated_divide int32 of every pair of signs", "truncated_divide", signs, truncated_divide(*signs))
    floats = tuple(x.astype(F) for x in signs)
    for op in ["floor_divide", "remainder", "fmod"]:
        yield case(f"{op} float32 of every pair of signs", op, floats, getattr(np, op)(*floats))
    low, high = -(2**31), 2**31 - 1
    edge = np.array([high, low, high, low, 65536, 46341, -46341, 123456789], I)
    other = np.array([1, -1, high, low, 65536, 46341, 46341, 987654321], I)
    for op in ["add", "subtract", "multiply"]:
        yield case(f"{op} int32 wraps around", op, [edge, other], getattr(np, op)(edge, other))
    for op in ["negative", "absolute"]:
        yield case(f"{op} int32 wraps around", op, [edge], getattr(np, op)(edge))
    byte, bytes_ = np.array([255, 0, 200, 16, 1], U), np.array([1, 1, 100, 16, 255], U)
    for op in ["add", "subtract", "multiply"]:
        yield case(f"{op} uint8 wraps around", op, [byte, bytes_], getattr(np, op)(byte, bytes_))
    p, q = numbers(rng, (3, 4), B), numbers(rng, (4,), B)
    for op in ["logical_and", "logical_or", "logical_xor", "equal"]:
        yield case(f"{op} bool", op, [p, q], getattr(np, op)(p, q))
    yield case("logical_not bool", "logical_not", [p], np.logical_not(p))
    base, power = np.array([0, 1, 2, -2, -3, 7, 3, -1, 2], I), np.array([0, 5, 10, 3, 4, 0, 21, 1001, 31], I)
    yield case("power int32", "power", [base, power], np.power(base, power))
    condition = numbers(rng, (3, 1), B)
    yield case("where float32", "where", [condition, a, b], np.where(condition, a, b))
    other = numbers(rng, (3, 4), I)
    yield case("where int32, one side a scalar", "where", [p, np.array(3, I), other], np.where(p, I(3), other))


def special_values():
    values = np.array([NAN, INF, -INF, 0.0, -0.0, 1, -1, 3.4e38, DENORMAL, TINY], F)
    a, b = np.meshgrid(values, values, indexing="ij")
    for op in ["add", "subtract", "multiply", "divide", "maximum", "minimum"]:
        yield case(f"{op} of special values", op, [a, b], getattr(np, op)(a, b))
    for op in ["equal", "not_equal", "less", "greater_equal"]:
        yield case(f"{op} of special values", op, [a, b], getattr(np, op)(a, b))
    for op in ["isnan", "isinf", "isfinite"]:
        yield case(f"{op} of special values", op, [values], getattr(np, op)(values))


RANGE = np.array(
    [0, -0.0, DENORMAL, -DENORMAL, 1e-40, -1e-40, TINY, -TINY, 1e-30, -1e-30, 1e-10, 1e-7, -1e-7, 1e-4, -1e-4, 0.01,
     -0.01, 0.1, -0.1, 0.24, 0.25, 0.3, 0.49999997, 0.5, -0.5, 0.6931472, 0.75, 0.99999994, 1, -1, 1.0000001, 1.5, -1.5,
     2, -2, 2.5, 3.1415927, -3.1415927, 5, -5, 8, 9.01, -9.01, 10, 15.7, -20, 30, 50, -50, 87, -87, 88.7, 88.73, -88.7,
     -100, -103.9, -104, 100, 1000, 1e10, 3.4028235e38, -3.4028235e38, INF, -INF, NAN], F)


def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def unary():
    x = RANGE
    functions = {"exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "tanh": np.tanh,
                 "sigmoid": sigmoid, "softplus": softplus, "sqrt": np.sqrt, "rsqrt": lambda v: 1 / np.sqrt(v),
                 "square": np.square, "reciprocal": lambda v: 1 / v, "absolute": np.abs, "negative": np.negative,
                 "sign": np.sign, "floor": np.floor, "ceil": np.ceil, "rint": np.rint, "trunc": np.trunc,
                 "relu": lambda v: np.where(v > 0, v, np.where(np.isnan(v), v, 0)),
                 "erf": np.vectorize(math.erf)}
    for op, function in functions.items():
        yield case(op, op, [x], function(wide(x)).astype(F))
    circle = x[np.isnan(x) | np.isinf(x) | (np.abs(x) <= 1000)]
    large = np.array([1e4, -31415.926, 1e5, 1e6, 1e7, 123456789, 1e10, 3.4028235e38], F)
    for op in ["sin", "cos"]:
        yield case(op, op, [circle], getattr(np, op)(wide(circle)).astype(F))
        yield case(f"{op} of large arguments", op, [large], getattr(np, op)(wide(large)).astype(F))
    rounding = np.array([0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, 0.49999997, 8388607.5, 8388609, -8388607.5], F)
    yield case("rint: halves to even", "rint", [rounding], np.rint(rounding))
    integers = np.array([-5, 0, 7, 2**31 - 1, -(2**31) + 1], I)
    for op in ["absolute", "negative", "sign", "square"]:
        yield case(f"{op} int32", op, [integers], getattr(np, op)(integers))


def powers():
    base = np.array([0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 10, 1e-20, 1e20, TINY, DENORMAL, INF, -INF, NAN, 1.0000001], F)
    exponent = np.array([0, -0.0, 1, -1, 2, 3, -3, 0.5, -0.5, 2.5, 1 / 3, 10, 100, -100, 1e10, INF, -INF, NAN], F)
    a, b = np.meshgrid(base, exponent, indexing="ij")
    yield case("power float32", "power", [a, b], np.power(wide(a), wide(b)).astype(F))


def reductions():
    axes_of = {0: [None, ()], 1: [None, 0, -1, ()], 2: [None, 0, 1, (0, 1), ()], 3: [None, 0, 1, -1, (0, 2), (1, 2), ()]}
    functions = {"sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "prod": np.prod}
    for shape in [(), (1,), (7,), (3, 5), (2, 3, 4), (1, 6, 1)]:
        for axes in axes_of[len(shape)]:
            for keepdims in [False, True]:
                if keepdims and len(shape) in (1, 2) and axes == ():
                    continue
                for op, function in functions.items():
                    name = f"{op} {list(shape)} axes {axes} keepdims {keepdims}"
                    x = np.array(draw(generator(name), shape))
                    yield case(name, op, [x], np.asarray(function(wide(x), axis=axes, keepdims=keepdims)).astype(F),
                               axes=list(axes) if isinstance(axes, tuple) else axes, keepdims=keepdims)
    for shape, axes in [((0, 3), 0), ((3, 0), 1), ((3, 0, 2), (0, 1)), ((0, 3), 1), ((0,), None)]:
        for op in ["sum", "prod"]:
            x = np.zeros(shape, F)
            yield case(f"{op} of empty {list(shape)} axes {axes}", op, [x], functions[op](x, axis=axes),
                       axes=list(axes) if isinstance(axes, tuple) else axes, keepdims=False)
    empty = np.zeros((3, 0), F)
    yield case("mean of nothing is NaN", "mean", [empty], np.full(3, NAN, F), axes=1, keepdims=False)
    rng = generator("integer reductions")
    x = numbers(rng, (3, 4), I)
    for op in ["sum", "prod"]:
        yield case(f"{op} int32", op, [x], functions[op](x, axis=0, dtype=I), axes=0, keepdims=False)
    for op in ["max", "min"]:
        yield case(f"{op} int32", op, [x], functions[op](x, axis=1), axes=1, keepdims=False)
    yield case("mean int32 is float32", "mean", [x], np.mean(x, axis=1).astype(F), axes=1, keepdims=False)
    large = np.array([2**31 - 1, 1, 5], I)
    yield case("sum int32 wraps around", "sum", [large], np.sum(large, dtype=I), axes=None, keepdims=False)
    flags = numbers(rng, (3, 4), B)
    yield case("sum bool counts in int32", "sum", [flags], np.sum(flags, axis=1, dtype=I), axes=1, keepdims=False)
    for op in ["any", "all"]:
        yield case(f"{op} bool", op, [flags], getattr(np, op)(flags, axis=0), axes=0, keepdims=False)
        yield case(f"{op} of nothing", op, [np.zeros((2, 0), B)], getattr(np, op)(np.zeros((2, 0), B), axis=1), axes=1,
                   keepdims=False)
    special = np.array([[1, NAN, 3], [INF, 2, -INF], [-INF, -INF, -INF], [-0.0, 0.0, -0.0]], F)
    for op in ["sum", "max", "min", "prod"]:
        yield case(f"{op} of special values", op, [special], functions[op](special, axis=1), axes=1, keepdims=False)
    ties = np.array([[1, 3, 3, 2], [5, 5, 5, 5], [-1, -2, -1, -3]], F)
    wild = np.array([[1, NAN, 3, NAN], [-INF, -INF, -INF, -INF], [0.0, -0.0, 0.0, INF]], F)
    for op in ["argmax", "argmin"]:
        function = getattr(np, op)
        for axis in [0, 1, -1, None]:
            yield case(f"{op} ties axis {axis}: the first wins", op, [ties], np.asarray(function(ties, axis=axis)).astype(I),
                       axis=axis, keepdims=False)
        yield case(f"{op}: the first NaN wins", op, [wild], function(wild, axis=1).astype(I), axis=1, keepdims=False)
        x = draw(rng, (2, 3, 4))
        yield case(f"{op} [2, 3, 4] keepdims", op, [x], function(x, axis=1, keepdims=True).astype(I), axis=1,
                   keepdims=True)
        y = numbers(rng, (3, 5), I)
        yield case(f"{op} int32", op, [y], function(y, axis=1).astype(I), axis=1, keepdims=False)


def products():
    for a_shape, b_shape in [((3, 5), (5, 7)), ((1, 1), (1, 1)), ((1, 9), (9, 1)), ((9, 1), (1, 3)), ((2, 3, 5), (2, 5, 4)),
                             ((2, 1, 3, 5), (4, 5, 2)), ((3, 4), (2, 4, 3)), ((2, 3, 4), (4, 2)), ((5,), (5, 3)),
                             ((3, 5), (5,)), ((5,), (5,)), ((2, 3, 5), (5,)), ((3, 0), (0, 2)), ((0, 3), (3, 2)),
                             ((17, 13), (13, 19))]:
        name = f"matmul {list(a_shape)} {list(b_shape)}"
        rng = generator(name)
        a, b = draw(rng, a_shape), draw(rng, b_shape)
        yield case(name, "matmul", [a, b], np.asarray(np.matmul(wide(a), wide(b))).astype(F))
    rng = generator("matmul int32")
    a, b = numbers(rng, (3, 4), I), numbers(rng, (4, 2), I)
    yield case("matmul int32", "matmul", [a, b], np.matmul(a, b))


def movement():
    rng = generator("movement")
    x = draw(rng, (2, 3, 5))
    m = numbers(rng, (3, 4), I)
    flags = numbers(rng, (2, 3), B)
    for axes in [None, (0, 1, 2), (0, 2, 1), (2, 0, 1), (1, 0, 2), (2, 1, 0)]:
        yield case(f"transpose [2, 3, 5] axes {axes}", "transpose", [x], np.transpose(x, axes),
                   axes=None if axes is None else list(axes))
    yield case("transpose int32", "transpose", [m], m.T, axes=None)
    yield case("transpose bool", "transpose", [flags], flags.T, axes=None)
    for shape in [(30,), (6, -1), (-1, 2), (5, 3, 2), (1, 2, 1, 15)]:
        yield case(f"reshape to {list(shape)}", "reshape", [x], np.reshape(x, shape), shape=list(shape))
    yield case("reshape after transpose", "transpose_reshape", [x], np.reshape(np.transpose(x, (2, 0, 1)), (3, 10)),
               axes=[2, 0, 1], shape=[3, 10])
    for axes in [(0,), (0, 2), (1,)]:
        yield case(f"flip axes {list(axes)}", "flip", [x], np.flip(x, axes), axes=list(axes))
    column = draw(rng, (3, 1))
    yield case("broadcast_to", "broadcast_to", [column], np.broadcast_to(column, (2, 3, 4)), shape=[2, 3, 4])
    for widths, value in [([[1, 2], [0, 0], [3, 1]], 0.0), ([[0, 0], [2, 1], [0, 0]], -1.5), ([[0, 1], [1, 0], [0, 2]], INF)]:
        yield case(f"pad {widths} with {value}", "pad", [x], np.pad(x, widths, constant_values=value),
                   widths=widths, value="Infinity" if value == INF else value)
    yield case("pad int32", "pad", [m], np.pad(m, [[1, 0], [0, 2]], constant_values=7), widths=[[1, 0], [0, 2]], value=7)
    yield case("pad bool", "pad", [flags], np.pad(flags, [[0, 1], [1, 1]]), widths=[[0, 1], [1, 1]], value=0)
    for starts, stops, steps in [((0, 0, 0), (2, 3, 5), (1, 1, 1)), ((1, 0, 2), (2, 3, 5), (1, 1, 1)),
                                 ((0, 1, 0), (2, 2, 4), (1, 1, 3)), ((0, 0, 1), (2, 3, 5), (1, 2, 2)),
                                 ((0, 2, 0), (2, 2, 5), (1, 1, 1))]:
        index = tuple(slice(*bounds) for bounds in zip(starts, stops, steps))
        yield case(f"slice {list(starts)} to {list(stops)} by {list(steps)}", "slice", [x], x[index],
                   starts=list(starts), stops=list(stops), steps=list(steps))
    y, z, empty = draw(rng, (2, 3, 1)), draw(rng, (2, 3, 4)), np.zeros((2, 3, 0), F)
    yield case("concatenate axis -1", "concatenate", [x, y, z], np.concatenate([x, y, z], -1), axis=-1)
    yield case("concatenate axis 0", "concatenate", [x, x], np.concatenate([x, x], 0), axis=0)
    yield case("concatenate with an empty part", "concatenate", [x, empty, y], np.concatenate([x, empty, y], 2), axis=2)
    yield case("concatenate of one", "concatenate", [m], m, axis=1)
    yield case("concatenate bool", "concatenate", [flags, flags], np.concatenate([flags, flags], 1), axis=1)
    for axis in [0, 1, -1]:
        yield case(f"stack axis {axis}", "stack", [m, m + 1], np.stack([m, m + 1], axis), axis=axis)
    yield case("stack scalars", "stack", [np.array(1.5, F), np.array(-2, F)], np.array([1.5, -2], F), axis=0)
    for axis, indices in [(0, np.array([1, 0, 1, 1], I)), (1, np.array([[2, 0], [1, 1]], I)), (2, np.array(4, I)),
                          (-1, np.zeros((0,), I))]:
        yield case(f"take axis {axis} indices {list(indices.shape)}", "take", [x, indices], np.take(x, indices, axis),
                   axis=axis)
    yield case("take int32 rows", "take", [m, np.array([2, 2, 0], I)], m[[2, 2, 0]], axis=0)
    for dtype in [F, I]:
        labels = np.array([[0, 2, 4], [1, 3, 0]], I)
        yield case(f"one_hot {np.dtype(dtype).name}", "one_hot", [labels], np.eye(5, dtype=dtype)[labels], classes=5,
                   dtype=np.dtype(dtype).name)
    outside = np.array([-1, 0, 3, 2], I)
    yield case("one_hot outside the classes is all zero", "one_hot", [outside],
               np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 1]], F), classes=3, dtype="float32")
    for axis, repeats in [(0, 2), (1, 3)]:
        yield case(f"repeat {repeats} axis {axis}", "repeat", [m], np.repeat(m, repeats, axis), axis=axis, repeats=repeats)
    yield case("tile", "tile", [m], np.tile(m, (2, 1)), repeats=[2, 1])
    for offset in [0, 1, -1]:
        yield case(f"tril {offset}", "tril", [x], np.tril(x, offset), offset=offset)
    yield case("cumsum", "cumsum", [x], np.cumsum(wide(x), 1).astype(F), axis=1)


def casts():
    floats = np.array([0, -0.0, 0.5, -0.5, 1.9, -1.9, 255, 100.7, 16777217, -2147483648, 2147483520], F)
    yield case("cast float32 to int32 truncates", "cast", [floats], floats.astype(I), dtype="int32")
    bytes_ = np.array([0, 0.9, 1.5, 200.2, 255], F)
    yield case("cast float32 to uint8 truncates", "cast", [bytes_], bytes_.astype(U), dtype="uint8")
    truth = np.array([0, -0.0, DENORMAL, -3, NAN, INF], F)
    yield case("cast float32 to bool: all but 0", "cast", [truth], truth.astype(B), dtype="bool")
    integers = np.array([0, 1, -1, 16777217, 2**31 - 1, -(2**31), 300, -56], I)
    yield case("cast int32 to float32 rounds to even", "cast", [integers], integers.astype(F), dtype="float32")
    yield case("cast int32 to uint8 keeps the low byte", "cast", [integers], integers.astype(U), dtype="uint8")
    yield case("cast int32 to bool", "cast", [integers], integers.astype(B), dtype="bool")
    flags = np.array([True, False], B)
    for dtype in ["float32", "int32", "uint8"]:
        yield case(f"cast bool to {dtype}", "cast", [flags], flags.astype(dtype), dtype=dtype)
    all_bytes = np.array([0, 1, 127, 128, 255], U)
    for dtype in ["float32", "int32", "bool"]:
        yield case(f"cast uint8 to {dtype}", "cast", [all_bytes], all_bytes.astype(dtype), dtype=dtype)


def record():
    groups = {"broadcasting": broadcasting, "elementwise": elementwise, "special": special_values, "unary": unary,
              "power": powers, "reduction": reductions, "product": products, "movement": movement, "cast": casts}
    cases = [{"group": group, **item} for group, make in groups.items() for item in make()]
    write("ops", "Tensor ops as NumPy computes them; float32 results are float64 results rounded once.", versions(),
          cases=cases)


if __name__ == "__main__":
    record()
