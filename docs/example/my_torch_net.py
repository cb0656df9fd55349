import torch
from torch import nn
from torch.nn import functional

import lockstep


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 50)
        self.act = nn.Sigmoid()
        self.fc2 = nn.Linear(50, 10)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


NAMES = {
    "fc1.weight": "affine1/W transposed",
    "fc1.bias": "affine1/b",
    "fc2.weight": "affine2/W transposed",
    "fc2.bias": "affine2/b",
    "fc1": "affine1/out",
    "act": "sigmoid1/out",
    "fc2": "affine2/out",
}


def build(network):
    net = Net().double()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    return lockstep.torch_side(net, optimizer, functional.cross_entropy, NAMES)


if __name__ == "__main__":
    lockstep.serve(build)
