"""Data sets: read with care, split, fitted to a model and profiled."""

from compressor.data._dataset import SETS, Dataset, data_hash, save_npz
from compressor.data._fit import fit_to_model
from compressor.data._load import load_data
from compressor.data._profile import profile_dataset
from compressor.data._split import split_for_campaign, stratified_share

__all__ = [
    "SETS",
    "Dataset",
    "data_hash",
    "fit_to_model",
    "load_data",
    "profile_dataset",
    "save_npz",
    "split_for_campaign",
    "stratified_share",
]
