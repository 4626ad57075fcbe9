select line_id, catering_id, trays from {{ ref('raw_catering_lines') }}
