"""What both of Triton's clients can do; the few differences are in the `api`."""

from triton_books_cases import register_settings, register_statistics
from triton_inference_cases import register_classification, register_errors, register_inference
from triton_memory_cases import register_shared_memory
from triton_scheduling_cases import register_scheduling
from triton_server_cases import register_repository, register_server


def register_all(api):
    register_server(api)
    register_repository(api)
    register_inference(api)
    register_errors(api)
    register_statistics(api)
    register_classification(api)
    register_scheduling(api)
    register_shared_memory(api)
    register_settings(api)
