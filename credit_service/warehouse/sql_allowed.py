"""What an analyst's query may be made of; everything else is refused by `sql_guard`.

Left out on purpose: whatever reads files, settings, other databases or the catalogue; whatever takes SQL or the name of
a function as text (``query``, ``list_aggregate``); whatever turns a short query into gigabytes (``repeat``, ``lpad``,
``printf``, ``string_split``, ``levenshtein``); recursion; lambdas; the hour of the machine. The names are those of the
trees DuckDB 1.5 and 2.0 write.
"""

from __future__ import annotations

_CLASSES = "BETWEEN CASE CAST COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION OPERATOR STAR SUBQUERY TYPE WINDOW"
ALLOWED_CLASSES = frozenset(_CLASSES.split())

_CLAUSES = (
    "SELECT_NODE SET_OPERATION_NODE CTE_NODE BASE_TABLE SUBQUERY JOIN TABLE_FUNCTION EXPRESSION_LIST EMPTY PIVOT"
    " LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER ORDER_MODIFIER DISTINCT_MODIFIER ORDER_DEFAULT ASCENDING DESCENDING"
)
_EXPRESSIONS = (
    "COLUMN_REF STAR VALUE_CONSTANT FUNCTION CASE_EXPR OPERATOR_CAST TYPE"
    " CONJUNCTION_AND CONJUNCTION_OR COMPARE_BETWEEN COMPARE_EQUAL COMPARE_NOTEQUAL COMPARE_LESSTHAN"
    " COMPARE_GREATERTHAN COMPARE_LESSTHANOREQUALTO COMPARE_GREATERTHANOREQUALTO COMPARE_DISTINCT_FROM"
    " COMPARE_NOT_DISTINCT_FROM COMPARE_IN COMPARE_NOT_IN"
    " OPERATOR_NOT OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL OPERATOR_COALESCE OPERATOR_NULLIF GROUPING_FUNCTION"
    " ARRAY_EXTRACT ARRAY_SLICE STRUCT_EXTRACT ARRAY_CONSTRUCTOR"
    " WINDOW_AGGREGATE WINDOW_ROW_NUMBER WINDOW_RANK WINDOW_RANK_DENSE WINDOW_PERCENT_RANK WINDOW_CUME_DIST"
    " WINDOW_NTILE WINDOW_LEAD WINDOW_LAG WINDOW_FIRST_VALUE WINDOW_LAST_VALUE WINDOW_NTH_VALUE"
)
# How DuckDB 1.5 describes the types of constants and casts.
_TYPE_NOTES = (
    "DECIMAL_TYPE_INFO LIST_TYPE_INFO STRUCT_TYPE_INFO STRING_TYPE_INFO UNBOUND_TYPE_INFO INTEGER_LITERAL_TYPE_INFO"
    " GENERIC_TYPE_INFO"
)
ALLOWED_TYPES = frozenset(" ".join((_CLAUSES, _EXPRESSIONS, _TYPE_NOTES)).split())

_AGGREGATES = (
    "any_value approx_count_distinct approx_quantile arg_max arg_min array_agg avg bool_and bool_or corr count count_if"
    " count_star covar_pop covar_samp entropy favg first fsum geomean group_concat histogram kurtosis last list mad max"
    " max_by mean median min min_by mode product quantile quantile_cont quantile_disc regr_intercept regr_r2 regr_slope"
    " skewness stddev stddev_pop stddev_samp string_agg sum sum_no_overflow sumkahan var_pop var_samp variance"
)
_WINDOWS = (
    "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank rank_dense row_number"
)
_OPERATORS = "+ - * / // % ** ^ || ~~ !~~ ~~* !~~* ~~~ ^@ & | << >>"
_NUMBERS = (
    "abs cbrt ceil ceiling even exp floor greatest isfinite isinf isnan least ln log log10 log2 mod pow power round"
    " round_even roundbankers sign sqrt trunc"
)
_TEXTS = (
    "ascii char_length character_length chr concat concat_ws contains ends_with instr ilike_escape lcase left len"
    " length like_escape lower ltrim not_ilike_escape not_like_escape ord position prefix regexp_extract"
    " regexp_full_match regexp_matches regexp_replace replace reverse right rtrim split_part starts_with strip_accents"
    " strlen strpos substr substring suffix translate trim ucase unicode upper"
)
_DATES = (
    "age century current_date date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day"
    " dayname dayofmonth dayofweek dayofyear decade epoch isodow isoyear last_day make_date month"
    " monthname quarter strftime strptime time_bucket to_days to_months to_quarters to_weeks to_years today"
    " try_strptime week weekday weekofyear year yearweek"
)
_LISTS = (
    "array_contains array_extract array_length array_slice cardinality list_contains list_count list_distinct"
    " list_extract list_has list_max list_min list_slice list_sum list_unique list_value row struct_extract struct_pack"
    " unnest"
)
_OTHERS = "alias coalesce if ifnull md5 nullif typeof"

ALLOWED_FUNCTIONS = frozenset(
    " ".join((_AGGREGATES, _WINDOWS, _OPERATORS, _NUMBERS, _TEXTS, _DATES, _LISTS, _OTHERS)).split()
)
ALLOWED_TABLE_FUNCTIONS = frozenset({"generate_series", "range", "unnest"})
