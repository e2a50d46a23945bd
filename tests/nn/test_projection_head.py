import torch

from sklearn_featrix.nn import ProjectionHead


def test_shape_and_gradient():
    head = ProjectionHead(6, n_outputs=3)
    x = torch.randn(4, 6, requires_grad=True)
    projected = head(x)
    assert projected.shape == (4, 3)
    projected.sum().backward()
    assert (x.grad != 0).any()
