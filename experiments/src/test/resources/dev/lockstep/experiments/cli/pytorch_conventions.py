"""Measures in PyTorch what the ledger says of it: prints the entries of which it holds."""
import torch
from torch import nn
from torch.nn import functional as F

unless_said_otherwise = torch.tensor(0.5).dtype
torch.set_default_dtype(torch.float64)
g1, g2 = torch.tensor([0.3, -0.2]), torch.tensor([-0.1, 0.5])
lr = 0.1


def moved(optimizer, *gradients, **settings):
    """How far two weights move from (1, 2) along gradients, and what the optimizer keeps."""
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    own = optimizer([w], lr=lr, **settings)
    for gradient in gradients:
        w.grad = gradient.clone()
        own.step()
    return w.detach() - torch.tensor([1.0, 2.0]), own


def same(a, b, error=1e-12):
    return torch.allclose(torch.as_tensor(a), torch.as_tensor(b), rtol=error, atol=error)


def slope(function, at):
    x = torch.tensor(at, requires_grad=True)
    function(x).sum().backward()
    return x.grad


def adam():
    m, v = 0.1 * g1, 0.001 * g1**2
    step = lr * (m / 0.1) / ((v / 0.001).sqrt() + 1e-8)
    return same(moved(torch.optim.Adam, g1)[0], -step, 1e-14)


def momentum():
    b = 0.9 * g1 + g2
    return same(moved(torch.optim.SGD, g1, g2, momentum=0.9)[0], -lr * (g1 + b))


def nesterov():
    v, w = torch.zeros(2), torch.zeros(2)
    for g in (g1, g2):
        w = w + 0.81 * v - 1.9 * lr * g
        v = 0.9 * v - lr * g
    return same(moved(torch.optim.SGD, g1, g2, momentum=0.9, nesterov=True)[0], w)


def decay():
    w = torch.tensor([1.0, 2.0])
    within = same(moved(torch.optim.SGD, g1, weight_decay=0.01)[0], -lr * (g1 + 0.01 * w))
    plain = moved(torch.optim.Adam, g1)[0]
    after = same(moved(torch.optim.AdamW, g1, weight_decay=0.01)[0], plain - lr * 0.01 * w)
    return within and after


def scores():
    return torch.tensor([[2.0, -1.0, 0.5], [0.1, 0.2, -3.0]]), torch.eye(3)[:2]


def cross_entropy():
    x, t = scores()
    extreme = F.cross_entropy(torch.tensor([[0.0, 1000.0]]), torch.tensor([[1.0, 0.0]]))
    return same(F.cross_entropy(x, t), -(t * torch.softmax(x, 1).log()).sum() / 2) and extreme == 1000


def cross_entropy_gradient():
    x, t = scores()
    return same(slope(lambda s: F.cross_entropy(s, t), x.tolist()), (torch.softmax(x, 1) - t) / 2)


def dropout(check):
    torch.manual_seed(1)
    layer, x = nn.Dropout(0.25), torch.ones(100_000)
    y = layer(x)
    kept = y != 0
    share = kept.double().mean().item()
    return {
        "scaling": same(y[kept], 1 / 0.75) and same(layer.eval()(x), x),
        "share": abs(share - 0.75) < 0.01,
    }[check]


def batch_norm():
    layer, x = nn.BatchNorm1d(2), torch.tensor([[1.0, 5.0], [2.0, 9.0], [4.0, 1.0]])
    start = layer.running_var.clone()
    layer(x)
    return layer, x, start


def batch_norm_start():
    layer, x, start = batch_norm()
    return same(start, torch.ones(2)) and same(layer.running_var, 0.9 + 0.1 * x.var(0, unbiased=True))


def running_statistics():
    layer, x, _ = batch_norm()
    return same(layer.running_mean, 0.1 * x.mean(0)) and layer.training


def pooling_padding():
    x = -torch.ones(1, 1, 2, 2)
    return same(F.max_pool2d(x, 2, 2, 1), -torch.ones(1, 1, 2, 2))


def activation_constants():
    x = torch.tensor([-1.0])
    leaky = slope(lambda v: F.leaky_relu(v, 0.01), [-1.0])
    return leaky.item() == 0.01 and same(F.hardsigmoid(x), x / 6 + 0.5)


def binary():
    x, t = torch.tensor([40.0]), torch.tensor([0.0])
    clipped = F.binary_cross_entropy(torch.tensor([0.0]), torch.tensor([1.0]))
    return same(F.binary_cross_entropy_with_logits(x, t), 40.0) and clipped == 100


def polynomial():
    if not hasattr(torch.optim.lr_scheduler, "PolynomialLR"):
        return True  # came with 1.13
    w = torch.zeros(1, requires_grad=True)
    own = torch.optim.SGD([w], lr=lr)
    schedule = torch.optim.lr_scheduler.PolynomialLR(own, total_iters=10, power=2)
    for _ in range(3):
        own.step()
        schedule.step()
    return same(own.param_groups[0]["lr"], lr * (1 - 3 / 10) ** 2)


def initial(fill, expected):
    torch.manual_seed(1)
    w = torch.empty(400, 300)
    fill(w)
    return abs(w.std().item() / expected - 1) < 0.01


def glorot_of_a_convolution():
    torch.manual_seed(1)
    w = torch.empty(30, 20, 5, 5)
    nn.init.xavier_uniform_(w)
    bound = (6 / (20 * 25 + 30 * 25)) ** 0.5
    return 0.99 * bound < w.abs().max().item() <= bound


def own_draws():
    torch.manual_seed(1)
    first = nn.Linear(100, 50).weight
    torch.manual_seed(1)
    again = nn.Linear(100, 50).weight
    return torch.equal(first, again) and 0.099 < first.abs().max().item() <= 0.1


def shuffle():
    torch.manual_seed(1)
    odd = sum(int(torch.randperm(10)[0]) % 2 for _ in range(1000))
    return 400 < odd < 600  # the first sample keeps no parity


def step_of(optimizer, state, epsilon):
    found, own = moved(optimizer, g1)
    kept = list(own.state.values())[0]
    (h,) = [kept[name] for name in state if name in kept]
    return same(found, -lr * g1 / (h.sqrt() + epsilon), 1e-14), h


CHECKS = {
    "xavier-formula": lambda: initial(nn.init.xavier_normal_, (2 / 700) ** 0.5),
    "glorot-fan-out": glorot_of_a_convolution,
    "who-draws": own_draws,
    "adagrad-start": lambda: same(step_of(torch.optim.Adagrad, ["sum"], 1e-10)[1], g1**2, 1e-15),
    "adagrad-epsilon": lambda: step_of(torch.optim.Adagrad, ["sum"], 1e-10)[0],
    "rmsprop-start": lambda: same(step_of(torch.optim.RMSprop, ["square_avg"], 1e-8)[1], 0.01 * g1**2),
    "rmsprop-epsilon": lambda: step_of(torch.optim.RMSprop, ["square_avg"], 1e-8)[0],
    "adam-epsilon": adam,
    "momentum-is-nesterov": momentum,
    "nesterov-order": nesterov,
    "decay-after-updater": decay,
    "global-decay-twice": decay,
    "cross-entropy-clipping": cross_entropy,
    "squared-error-scale": lambda: same(F.mse_loss(*scores()), ((scores()[0] - scores()[1]) ** 2).sum() / 6),
    "loss-constant": cross_entropy_gradient,
    "dropout-scaling": lambda: dropout("scaling"),
    "dropout-retain": lambda: dropout("share"),
    "dropout-place": lambda: dropout("scaling"),
    "batch-norm-epsilon": lambda: nn.BatchNorm2d(1).eps == 1e-5,
    "batch-norm-start": batch_norm_start,
    "batch-norm-log-std": batch_norm_start,
    "batch-norm-per-channel": lambda: nn.BatchNorm2d(3).weight.shape == (3,),
    "running-statistics": running_statistics,
    "pooling-padding": pooling_padding,
    "pooling-defaults": lambda: nn.MaxPool2d(3).stride == 3,
    "default-activation": lambda: nn.Linear(1, 1)(torch.tensor([[-1e9]])).abs().item() > 1,
    "activation-constants": activation_constants,
    "elu-alpha": lambda: same(slope(lambda x: F.elu(x, 2.0), [-1.0]), 2 * torch.tensor(-1.0).exp()),
    "binary-cross-entropy-clipping": binary,
    "polynomial-schedule": polynomial,
    # the middle one of three equal channels: k + alpha / size * sum of squares = 2 + 0.3 / 3 * 3 * 4
    "local-response-gradient": lambda: same(
        F.local_response_norm(torch.full((1, 3, 1, 1), 2.0), 3, 0.3, 0.75, 2.0)[0, 1, 0],
        2 * torch.tensor([3.2]) ** -0.75,
    ),
    "gradient-sum": cross_entropy_gradient,
    "score-before-update": cross_entropy,
    "default-precision": lambda: unless_said_otherwise == torch.float32,
    "shuffle": shuffle,
}

for entry, check in CHECKS.items():
    assert check(), entry
    print(entry)
